/**
 * What the inspector's page looks like: two panes side by side, one behind the other where there is no room.
 *
 * @module
 */
import { BASE_STYLE } from "../style.ts";

/** Colours by class of status and kind of text; each has the contrast of small text on its ground. */
const COLOURS =
  ":root{--good:#17663d;--move:#1f5c99;--warn:#8a5300;--bad:#b3261e;--pane:#fff;--soft:#eef4f2}" +
  "@media(prefers-color-scheme:dark){:root{--good:#7fd1a0;--move:#8bbdf0;--warn:#e6b566;--bad:#ff9d94;--pane:#11212b;--soft:#182b37}}";

const FRAME = `
*{box-sizing:border-box}[hidden]{display:none!important}
body{height:100vh;height:100dvh;display:flex;flex-direction:column;font-size:.9rem;overflow:hidden}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem 1rem;padding:.7rem 1rem .3rem}
header p{margin:0;color:var(--dim)}h1{font-size:1.1rem;font-weight:600;margin:0}nav{margin-left:auto;display:flex;gap:1rem}
#state::before{content:"";display:inline-block;width:.55rem;height:.55rem;border-radius:50%;margin-right:.4rem;background:var(--dim)}
#state.live::before{background:var(--good)}#state.lost{color:var(--bad)}#state.lost::before{background:var(--bad)}
a{color:var(--key)}:is(a,button,input,textarea,pre,h2,summary):focus-visible{outline:2px solid var(--key);outline-offset:1px;border-radius:3px}
code,pre,textarea,.first{font:.8rem/1.55 ui-monospace,monospace}small,.dim{color:var(--dim)}small{font-size:.8rem}
button,input,textarea{font:inherit;color:inherit;background:var(--pane);border:1px solid var(--line);border-radius:.35rem;padding:.25rem .6rem}
textarea{font:.8rem/1.5 ui-monospace,monospace;width:100%;display:block;resize:vertical}
button{cursor:pointer}button:hover{border-color:var(--key)}button[aria-pressed=true],button.main{background:var(--key);border-color:var(--key);color:var(--bg)}
form label{color:var(--dim);white-space:nowrap}form label>*{color:var(--fg)}
#filters{display:flex;flex-wrap:wrap;gap:.5rem .9rem;padding:.3rem 1rem .7rem;border-bottom:1px solid var(--line);align-items:center}
#filters label{display:flex;gap:.4rem;align-items:center}#filters .wide{flex:1 1 6rem}#filters span{margin-left:auto}#filters .wide input{flex:1;min-width:4rem}
main{flex:1;min-height:0;display:grid}.open main{grid-template-columns:minmax(22rem,2fr) minmax(0,3fr)}
main>section{overflow:auto;min-width:0;overscroll-behavior:contain}.empty{padding:3rem 1rem;text-align:center;color:var(--dim);margin:0}
#said{position:fixed;left:50%;bottom:1.2rem;translate:-50%;margin:0;padding:.5rem 1rem;border-radius:.4rem;background:var(--fg);color:var(--bg);max-width:90vw}#said:empty{display:none}`;

const LIST = `
#requests table{width:100%;table-layout:fixed;border-collapse:collapse;font-variant-numeric:tabular-nums}
#requests thead :nth-child(1){width:4.6rem}#requests thead :nth-child(2){width:5rem}#requests thead :nth-child(4){width:13rem}#requests thead :nth-child(5){width:6rem}#requests thead :nth-child(6){width:8rem}
#requests thead th{position:sticky;top:0;z-index:1;background:var(--bg);text-align:left;font-weight:400;font-size:.8rem;color:var(--dim);padding:.35rem .6rem;border-bottom:1px solid var(--line)}
#requests :is(td,th):first-child{padding-left:1rem}#requests :is(td,th):last-child{padding-right:1rem}#requests tbody tr{position:relative;border-bottom:1px solid var(--line)}
#requests tbody :is(td,th){padding:.3rem .6rem;white-space:nowrap;font-weight:400;text-align:left;overflow:hidden;text-overflow:ellipsis}
#requests tbody a{color:inherit;text-decoration:none;unicode-bidi:isolate}#requests tbody a::after{content:"";position:absolute;inset:0}
#requests tbody a:focus-visible{outline:0}#requests tr:has(a:focus-visible){outline:2px solid var(--key);outline-offset:-2px}
#requests tr:hover,#requests tr[aria-current]{background:var(--soft)}#requests tr[aria-current] th{font-weight:600}
#requests :is(.time,thead th:nth-child(5)){text-align:right}.status,.title b{font-weight:600}td.host,.clock,.method{color:var(--dim)}
.s2 .status,.s2 b{color:var(--good)}.s3 .status,.s3 b{color:var(--move)}.s4 .status,.s4 b{color:var(--warn)}:is(.s5,.s0) .status,:is(.s5,.s0) b{color:var(--bad)}
.open :is(.host,.clock,thead th:last-child){display:none}`;

const DETAIL = `
#detail{background:var(--pane);border-left:1px solid var(--line);padding-bottom:2rem}
.title{padding:.8rem 1.1rem .5rem}.back{display:inline-block;margin-bottom:.4rem;font-size:.85rem}
h2{font-size:1rem;font-weight:600;margin:0;overflow-wrap:anywhere}h2 span,h2 b{margin-right:.3rem}h2 code{font-size:.85rem;font-weight:400}
.actions{display:flex;flex-wrap:wrap;gap:.4rem;padding:0 1.1rem .8rem}
[role=tablist]{display:flex;gap:.2rem;padding:0 .9rem;border-bottom:1px solid var(--line);position:sticky;top:0;background:var(--pane);z-index:1}
[role=tab]{border:0;border-bottom:2px solid transparent;border-radius:0;background:none;padding:.5rem .4rem;margin:0 .2rem;color:var(--dim)}
[role=tab][aria-selected=true]{color:var(--fg);border-bottom-color:var(--key)}
[role=tabpanel]{padding:.9rem 1.1rem}
dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.35rem 1.2rem;margin:0}dt{color:var(--dim)}
dd{margin:0;overflow-wrap:anywhere}dd>*+*{margin-left:.6rem}dd code,.first code{unicode-bidi:isolate}.why{color:var(--bad)}
.mark{border:1px solid var(--warn);color:var(--warn);border-radius:1rem;padding:0 .5rem;font-size:.8rem}
h3{font-size:.85rem;font-weight:600;margin:1.5rem 0 .5rem;display:flex;gap:.7rem;align-items:baseline}h3 a{font-weight:400}
.fields{display:block;font:.8rem/1.5 ui-monospace,monospace}.fields tbody{display:block}.fields tr{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:0 1rem;border-bottom:1px solid var(--line)}
.fields th{text-align:left;font-weight:400;color:var(--dim);padding:.2rem 0;overflow-wrap:anywhere}
.fields td{padding:.2rem 0;overflow-wrap:anywhere;white-space:pre-wrap;unicode-bidi:isolate}
.first{margin:0 0 .7rem;overflow-wrap:anywhere}
pre{margin:.5rem 0;padding:.7rem .9rem;max-height:60vh;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;background:var(--soft);border-radius:.4rem;tab-size:4;unicode-bidi:plaintext}
pre.hex{white-space:pre}.stderr{border-left:3px solid var(--bad);border-radius:0 .4rem .4rem 0}
.j-key{color:var(--move)}.j-string{color:var(--good)}.j-number,.j-word{color:var(--warn)}
.picture{display:block;max-width:100%;max-height:24rem;border-radius:.3rem;background:repeating-conic-gradient(#8883 0 25%,#0000 0 50%) 0/16px 16px}
.phases{width:100%;border-collapse:collapse}.phases th{text-align:left;font-weight:400;color:var(--dim);white-space:nowrap;padding:.15rem 1.2rem .15rem 0}
.phases td:last-child{text-align:right;white-space:nowrap;padding-left:1rem;font-variant-numeric:tabular-nums}.phases td:nth-child(2){width:100%}
.bar{background:var(--soft);border-radius:.3rem;overflow:hidden}.bar i{display:block;height:.8rem;min-width:2px;background:var(--key)}.bar .send{background:var(--move)}
dialog{width:min(44rem,calc(100vw - 1.5rem));max-height:92vh;border:1px solid var(--line);border-radius:.6rem;background:var(--bg);color:var(--fg);padding:1.1rem}
dialog::backdrop{background:#0008}dialog form{display:grid;gap:.7rem}.line{display:flex;flex-wrap:wrap;gap:.7rem}.line label{display:grid}.line .wide{flex:1 1 14rem}.end{justify-content:flex-end}
dialog h2{font-size:1.05rem}dialog p{margin:0}[role=alert]{color:var(--bad)}dialog p:empty{display:none}label.check{white-space:normal}`;

const NARROW = `
@media(max-width:60rem){.open main{grid-template-columns:minmax(0,1fr)}.open :is(#filters,#requests){display:none}#detail{border:0}}
@media(min-width:60.01rem){.back{display:none}}
@media(max-width:40rem){#filters :is(label,.wide){flex:1 1 9rem}#filters input{flex:1;min-width:3rem;width:100%}
header{padding-inline:.8rem;column-gap:.6rem}nav{gap:.7rem}#filters{padding-inline:.8rem}
#requests thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
#requests tbody tr{display:grid;grid-template-columns:2.6rem auto minmax(0,1fr) auto;gap:0 .5rem;padding:.45rem .8rem}
#requests tbody :is(td,th),#requests tbody :is(td,th):is(:first-child,:last-child){padding:0;max-width:none;width:auto}
#requests td.host{grid-column:2/4;font-size:.8rem;overflow:hidden;text-overflow:ellipsis;order:1}#requests .clock{font-size:.8rem;order:2}
.fields tr{grid-template-columns:minmax(0,1fr)}.fields th{padding-bottom:0}
.title,.actions{padding-inline:.8rem}[role=tabpanel]{padding-inline:.8rem}[role=tablist]{padding:0 .4rem}
dl{grid-template-columns:minmax(0,1fr);gap:0}dd{margin-bottom:.5rem}}`;

/** The content of the style element. */
export const INSPECTOR_STYLE = BASE_STYLE + COLOURS + FRAME + LIST + DETAIL + NARROW;
