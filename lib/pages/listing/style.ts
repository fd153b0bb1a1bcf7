/**
 * What a listing looks like. The rows are grids of their own, so that a browser lays out those alone that are seen: the
 * first of ten thousand is there as soon as it has come.
 *
 * @module
 */
import { BASE_STYLE } from "../style.ts";
import { ICON_PATHS, iconStyle } from "./icons.ts";

const FRAME = `
main{max-width:68rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.35rem;font-weight:600;margin:0 0 1.25rem;overflow-wrap:anywhere}
a{color:inherit;text-decoration:none;unicode-bidi:isolate}a[href]:hover{color:var(--key);text-decoration:underline}
:is(a,button,input,summary):focus-visible{outline:2px solid var(--key);outline-offset:2px;border-radius:3px}
#entries :is(a,button):focus-visible{outline-offset:-2px}::placeholder{color:var(--dim);opacity:1}
nav a{color:var(--dim)}nav a[aria-current]{color:var(--fg)}nav i{color:var(--dim);font-style:normal;margin:0 .3em}
[hidden]{display:none!important}
:where(.bar,#preview,#entries) :where(button,[type=search]){font:inherit;color:inherit;border:1px solid var(--line);border-radius:.4rem;background:0 0;padding:.3rem .8rem}:where(.bar,#preview,#entries) button{cursor:pointer}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .75rem;margin-bottom:1rem}
.bar input{flex:1 1 12rem;min-width:0;max-width:24rem;background:var(--bg)}.bar span{display:flex;margin-left:auto}.bar span+span{margin-left:0}
.bar span button{border-radius:.4rem 0 0 .4rem}.bar span button+button{border-radius:0 .4rem .4rem 0;border-left:0}.bar [name=view]{padding:.5rem .6rem}
.bar [name=view]::before{content:"";display:block;width:1.1rem;height:1.1rem;background:var(--dim);mask:var(--i) center/contain no-repeat}
.bar [aria-pressed=true]::before{background:var(--key)}.bar [aria-pressed=true]{background:color-mix(in srgb,var(--key) 10%,#0000)}
.found{color:var(--dim);margin:0 0 1rem}.found a{text-decoration:underline}.empty{padding:2.5rem 0;text-align:center;color:var(--dim)}`;

/** SECURITY: of no weight, and for the rows alone: what others put below or above them has tables of its own. */
const ROWS = `
:where(#entries){table,tbody,thead,caption,th,td{display:block}table{font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--dim);font-size:.9rem;padding-bottom:.5rem}
tr{display:grid;grid-template-columns:minmax(0,1fr) 9.5rem 5.5rem 9.5rem;grid-auto-columns:2.4rem;grid-auto-flow:column;align-items:center;border-bottom:1px solid var(--line)}
tbody tr{content-visibility:auto;contain-intrinsic-height:auto 2.5rem;position:relative}
th,td{padding:0 .5rem;font-weight:400;text-align:left}thead th{padding:0}thead button{border:0;width:100%;padding:.35rem .5rem;color:var(--dim);font-size:.85rem;text-align:inherit}
:is(th,td):nth-child(n+3){text-align:right;white-space:nowrap}th[aria-sort] button{color:var(--fg)}
th[aria-sort] button::after{content:" \\2191"}th[aria-sort=descending] button::after{content:" \\2193"}
tbody th{padding:0;overflow-wrap:anywhere;display:flex;align-items:center}tbody a{flex:1;min-width:0}thead th:first-child button{padding-left:2rem}
tbody a{display:block;padding:.45rem 0 .45rem 2rem;position:relative}tbody small{color:var(--dim);font-size:.85rem}
tbody a::before{content:"";position:absolute;left:.2rem;top:.6rem;width:1.25rem;height:1.25rem;background:var(--dim);mask:var(--i) center/contain no-repeat}
.d a::before,.u a::before{background:var(--key)}
td{color:var(--dim);font-size:.9rem;overflow:hidden;text-overflow:ellipsis}
.see{border:0;padding:.3rem;opacity:0}.see::before{content:"";display:block;width:1.2rem;height:1.2rem;background:var(--dim);mask:var(--i) center/contain no-repeat}
.see:hover::before{background:var(--key)}tr:hover .see,.see:focus-visible,tr:focus-within .see{opacity:1}
tr[aria-current]{background:color-mix(in srgb,var(--key) 8%,#0000)}tr[aria-current] td{color:var(--fg)}tbody tr:hover{background:color-mix(in srgb,var(--key) 5%,#0000)}}`;

const GRID = `
.grid :where(#entries){tbody{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.75rem}
thead tr{grid-template-columns:repeat(4,auto);grid-auto-flow:row;justify-content:start;border:0;margin-bottom:.4rem}thead th:first-child button{padding-left:.5rem}
tbody tr{display:flex;flex-direction:column;align-items:stretch;contain-intrinsic-height:auto 10rem;border:1px solid var(--line);border-radius:.6rem;overflow:hidden}
tbody td{display:none}tbody a{padding:7.5rem .6rem .5rem;min-height:2.6rem;font-size:.9rem;overflow:hidden}
tbody a::before{left:50%;top:2.3rem;width:3rem;height:3rem;translate:-50%}
tbody a:focus-visible{outline:0}tbody a:focus-visible::after{content:"";position:absolute;inset:0;border:2px solid var(--key);border-radius:.5rem}
.see{position:absolute;right:.3rem;top:.3rem;background:color-mix(in srgb,var(--bg) 80%,#0000)}
tbody :is(img,video){position:absolute;inset:0 0 auto;width:100%;height:7rem;object-fit:cover;background:var(--line)}}`;

const PREVIEW = `
.grid #entries tbody th{padding:0}html:not(.scripted) .found~#entries thead{display:none}
.said{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;margin:0}
.list #entries :is(img,video){display:none}
#preview{position:fixed;inset:0 0 0 auto;width:min(46vw,60rem);display:flex;flex-direction:column;background:var(--bg);border-left:1px solid var(--line);z-index:2}
#preview header{display:flex;align-items:center;gap:.3rem .4rem;padding:.6rem .9rem;border-bottom:1px solid var(--line)}
#preview h2{flex:1;min-width:0;font-size:1rem;font-weight:600;margin:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;unicode-bidi:isolate}
#preview header a{color:var(--key);margin-right:.4rem}#preview header button{padding:.35rem .5rem}
#preview button::before{content:"";display:block;width:1.1rem;height:1.1rem;background:currentColor;mask:var(--i) center/contain no-repeat}
#preview .content{flex:1;min-height:0;display:flex;overflow:auto}.content>:is(img,video,audio,p){margin:auto;max-width:100%;max-height:100%}.content>img{object-fit:contain}
.content iframe{flex:1;border:0;background:#fff}.content .source{flex:1;overflow:auto;display:grid;grid-template-columns:auto 1fr;align-content:start;padding:.75rem .9rem;font-size:.85rem;color:var(--dim)}
.source pre{margin:0;font:.8rem/1.55 ui-monospace,monospace;color:var(--fg);tab-size:4}.source .numbers{color:var(--dim);text-align:right;padding-right:1rem;user-select:none}.source p{grid-column:1/-1}
@media(min-width:60.01rem){.previewing main{margin-right:min(46vw,60rem)}
.previewing .list :where(#entries) tr{grid-template-columns:minmax(0,1fr) 5.5rem 9.5rem}.previewing .list :where(#entries) :is(th,td):nth-child(2){display:none}}
@media(max-width:60rem){#preview{width:auto;left:0}.previewing body{overflow:hidden}}
@media(hover:none){:where(#entries) .see{opacity:1}}`;

const NARROW = `
@media(max-width:44rem){main{padding:1.25rem .9rem 3rem}.bar span{margin-left:0}
.list :where(#entries){thead tr{grid-template-columns:repeat(4,auto);justify-content:start}thead th:first-child button{padding-left:.5rem}
tbody tr{grid-template-columns:auto minmax(0,1fr);grid-auto-flow:row;padding:.2rem 0 .45rem;contain-intrinsic-height:auto 3.5rem;justify-content:start}
tbody th{grid-column:1/-1}tbody a{padding-bottom:.1rem}td{font-size:.8rem;text-align:left}td:nth-child(-n+4){grid-row:2}td:nth-child(2){display:none}
td:nth-child(3){grid-column:1;padding-left:2rem}td:nth-child(4){grid-column:2}td:nth-child(3):empty+td{padding-left:0}td:empty{padding-right:0}}}`;

const VIEW_ICONS = [
  ["list", "M4 6h16M4 12h16M4 18h16"],
  ["grid", "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z"],
] as const;

/** Of buttons that have no text, by their class. */
const BUTTON_ICONS = [
  [".see", "M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7zM12 9a3 3 0 1 1-.01 0"],
  [".close", "M5 5l14 14M19 5L5 19"],
  [".before", "M15 4l-8 8 8 8"],
  [".next", "M9 4l8 8-8 8"],
] as const;

/** The style of every listing. */
export const LISTING_STYLE: string = `${BASE_STYLE}${FRAME}${ROWS}${GRID}${PREVIEW}${NARROW}
${VIEW_ICONS.map(([name, path]) => iconStyle(`[value=${name}]`, path)).join("")}${
  BUTTON_ICONS.map(([selector, path]) => iconStyle(selector, path)).join("")
}${rowIcons()}`;

function rowIcons(): string {
  return Object.entries(ICON_PATHS).map(([icon, path]) => iconStyle(`.${icon} a`, path)).join("");
}
