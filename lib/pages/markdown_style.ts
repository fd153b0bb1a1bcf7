/**
 * What a text looks like that was written in Markdown, on a page of its own and below a listing.
 *
 * @module
 */

/** Everything is within `.text`, since what a text contains may be any element that the sanitiser leaves. */
export const TEXT_STYLE: string = `
.text{max-width:46rem;line-height:1.65;overflow-wrap:break-word}
.text>:first-child{margin-top:0}.text a{color:var(--key);text-decoration:underline;text-underline-offset:.15em}
.text :is(h1,h2,h3,h4,h5,h6){line-height:1.25;margin:1.8em 0 .6em}.text h1{font-size:1.8rem}.text h2{font-size:1.35rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}.text h3{font-size:1.1rem}.text :is(h4,h5,h6){font-size:1rem}
.text img{max-width:100%;height:auto}.text hr{border:0;border-top:1px solid var(--line);margin:2em 0}
.text :is(pre,code,kbd,samp){font:.875em/1.5 ui-monospace,monospace;background:color-mix(in srgb,var(--line) 45%,#0000);border-radius:.3rem}
.text :is(code,kbd,samp){padding:.15em .35em}.text pre{padding:.9rem 1rem;overflow:auto}.text pre code{padding:0;background:0 0;font-size:1em}
.text blockquote{margin:1em 0;padding-left:1rem;border-left:3px solid var(--line);color:var(--dim)}
.text table{display:block;width:max-content;max-width:100%;overflow:auto;border-collapse:collapse}.text :is(th,td){border:1px solid var(--line);padding:.35rem .7rem;text-align:left}
.text li{margin:.25em 0}.text pre.plain{background:0 0;padding:0;white-space:pre-wrap}
`;
