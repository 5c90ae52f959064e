// How a page about runs looks.
#ifndef MONDEQ_REPORT_PAGE_STYLE_H_
#define MONDEQ_REPORT_PAGE_STYLE_H_

namespace mondeq {

// The classes are those of line_chart.h. Dark colours of lines are made lighter on dark ground.
inline constexpr char kPageStyle[] = R"(
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c1c1c; --faint: #d8d8d8;
  --mark: #fff0b3; --lift: none; }
svg polyline, svg circle, .key { filter: var(--lift); }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181b; --ink: #e4e4e4; --faint: #3a3d42; --mark: #55480f;
    --lift: brightness(1.25) saturate(.9); }
  .line-7, .line-8, .line-9, .line-12 { filter: brightness(2.4); }
}
body { background: var(--paper); color: var(--ink); font: 15px/1.45 sans-serif;
  margin: 0 auto; padding: 1rem; max-width: 1500px; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr));
  gap: 1rem; }
svg { width: 100%; max-width: 520px; height: auto; }
svg text { fill: var(--ink); }
svg text:first-of-type { font-weight: bold; font-size: 14px; }
svg .paper { fill: none; }
svg .grid { stroke: var(--faint); }
svg .frame, svg .line-ink { stroke: var(--ink); }
svg .frame { stroke-opacity: .5; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--faint);
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
td.name { white-space: normal; overflow-wrap: anywhere; min-width: 13rem; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .5em; }
pre { overflow-x: auto; border: 1px solid var(--faint); padding: .6rem; font-size: 13px; }
mark { background: var(--mark); color: inherit; }
summary { cursor: pointer; margin: .4rem 0; overflow-wrap: anywhere; }
svg .band { filter: var(--lift); }
.confusions td, .confusions th { text-align: right; padding: .2rem .45rem; border: 0; }
.confusions td { background: color-mix(in srgb, var(--heat) var(--share), transparent); }
.right { --heat: #0072b2; } .wrong { --heat: #d55e00; }
.worst { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: .8rem; }
.worst figure { margin: 0; font-size: 12px; }
.worst img { width: 96px; height: 96px; object-fit: contain; image-rendering: pixelated;
  border: 1px solid var(--faint); }
)";

}  // namespace mondeq

#endif  // MONDEQ_REPORT_PAGE_STYLE_H_
