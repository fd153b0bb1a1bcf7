/**
 * How the tools of a folder that may be written to look, in the palette and the measures of the listing.
 *
 * @module
 */

/** Added to the listing's own style. `.js` is set by the script; a row's class is its state; `.x` has what deletes. */
export const UPLOAD_STYLE = `
:root{--bad:#b3261e}@media(prefers-color-scheme:dark){:root{--bad:#ff9c8f}}
.up{margin-bottom:.5rem}.up form,.up>div{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem}.up>div{padding-top:.75rem}.up p{margin:0 auto 0 0}
button,.js label,::file-selector-button{font:inherit;padding:.3rem .9rem;border:1px solid var(--line);border-radius:.4rem;background:0 0;color:inherit;cursor:pointer}
.js label,.up:not(.js) button{background:var(--key);border-color:var(--key);color:var(--bg)}
.js input{position:absolute;opacity:0}.up:not(.js) i,.js form button:not([type]),.up li button:empty,.up [hidden]{display:none}
button:focus-visible,.ask textarea:focus-visible,label:has(+:focus-visible){outline:2px solid var(--key);outline-offset:2px}
.up p,.up small{color:var(--dim);font-size:.9rem}.up i{font-style:normal}.js i+span::before{content:"· "}
.up ul{list-style:none;padding:0;margin:.75rem 0 0}
.up li{display:grid;grid:auto/1fr auto;gap:.25rem 1rem;padding:.6rem 0;border-top:1px solid var(--line)}
.up li>*{grid-column:1}.up li b{overflow-wrap:anywhere;font-weight:400;unicode-bidi:isolate}.up li div{grid-area:1/2/4;align-self:center}
.up li:last-child{margin-bottom:1.25rem}.up button[type],.up li button{font-size:.9rem;padding:.15rem .75rem}.up li button+button{margin-left:.5rem}
progress{width:100%;height:.35rem;appearance:none;border:0;border-radius:1rem;overflow:hidden;background:var(--line)}.up li:not(.running) progress{display:none}
::-webkit-progress-bar{background:0 0}::-webkit-progress-value{background:var(--key)}::-moz-progress-bar{background:var(--key)}
.failed small,.bad{color:var(--bad)!important}
.asking small{color:var(--key)}
#entries tr{grid-auto-columns:6.4rem}.grid #entries .x{margin-top:auto}#entries .x{display:flex;justify-content:flex-end;padding:0}.x button{border:0;padding:.4rem}.x button::before{content:"";display:block;width:1.1rem;height:1.1rem;background:var(--dim);mask:var(--a)}
.edit{--a:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%23000' stroke-width='1.7'%3E%3Cpath d='M4 20h4L20 8l-4-4L4 16zM14 6l4 4'/%3E%3C/svg%3E")}.rename{--a:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%23000' stroke-width='1.7'%3E%3Cpath d='M4 12h13M12 6l6 6-6 6'/%3E%3C/svg%3E")}.copy{--a:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%23000' stroke-width='1.7'%3E%3Cpath d='M9 9h11v11H9zM15 9V4H4v11h5'/%3E%3C/svg%3E")}.delete{--a:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%23000' stroke-width='1.7'%3E%3Cpath d='M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6'/%3E%3C/svg%3E")}
.x button:hover::before{background:var(--key)}.x .delete:hover::before{background:var(--bad)}
.ask{max-width:26rem;width:calc(100% - 4rem);box-sizing:border-box;border:1px solid var(--line);border-radius:.75rem;padding:1.5rem;background:var(--bg);color:var(--fg);overflow-wrap:anywhere}
.ask.wide{max-width:60rem}.ask h2{font-size:1.1rem;margin:0}.ask h2 b{unicode-bidi:isolate}.ask p{margin:.75rem 0;color:var(--dim);font-size:.9rem}.ask p:empty{display:none}
.ask label{display:grid;gap:.25rem;font-size:.9rem}.ask :is(input,textarea){font:inherit;box-sizing:border-box;width:100%;padding:.4rem .6rem;border:1px solid var(--line);border-radius:.4rem;background:var(--bg);color:inherit}
.ask textarea{height:min(60vh,32rem);font:.9rem/1.5 ui-monospace,monospace;white-space:pre;overflow:auto;tab-size:4;margin-top:.75rem}
.ask div{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:.5rem;margin-top:1rem}.ask [hidden]{display:none}
::backdrop{background:#0008}
.veil{position:fixed;inset:.75rem;z-index:1;border:3px dashed var(--key);border-radius:1rem;display:grid;place-content:center;font-size:1.5rem;background:color-mix(in srgb,var(--bg) 88%,#0000);pointer-events:none}
body:not(.over) .veil{display:none}
@media(max-width:40rem){.up li>*{grid-area:auto/1/auto/3}.up li div{grid-area:auto/1/auto/3;justify-self:end}.ask{width:calc(100% - 2rem);padding:1.25rem}.ask div button{font-size:.9rem;padding:.3rem .7rem}}
@media(max-width:44rem){.list #entries tbody th{padding-right:6.6rem}.list #entries .x{position:absolute;right:0;top:.35rem}#entries thead th:nth-child(5){display:none}}
@media(hover:none){.up i,.up i+span::before{display:none}}
@media(prefers-reduced-motion:no-preference){.new>*{animation:new 3s}@keyframes new{from{background:color-mix(in srgb,var(--key) 25%,#0000)}}}
`;
