#include "mondeq/report/page_charts.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mondeq/report/page_parts.h"

namespace mondeq {
namespace {

// A column of metrics.csv in a chart.
struct Column {
  const char* name;
  const char* label;  // of one among several
  Stroke stroke = Stroke::kSolid;
};

struct Plot {
  const char* title;
  std::vector<Column> columns;
  double scale = 1;
  Ordinate ordinate = Ordinate::kRange;
};

std::vector<Plot> Plots() {
  const Stroke dashed = Stroke::kDashed, dotted = Stroke::kDotted;
  return {
      {"accuracy (%)",
       {{"test_accuracy", "test"},
        {"train_accuracy", "train", dashed},
        {"validation_accuracy", "validation", dotted}},
       100},
      {"loss",
       {{"test_loss", "test"},
        {"train_loss", "train", dashed},
        {"validation_loss", "validation", dotted}}},
      {"iterations of a batch",
       {{"forward_iterations", "forward"}, {"backward_iterations", "backward", dashed}}},
      {"iterations of a sample, mean",
       {{"forward_sample_iterations", "forward"},
        {"backward_sample_iterations", "backward", dashed}}},
      {"iterations of a sample, most",
       {{"forward_most_iterations", "forward"}, {"backward_most_iterations", "backward", dashed}}},
      {"samples not converged (%)",
       {{"forward_unconverged", "forward"}, {"backward_unconverged", "backward", dashed}},
       100},
      {"certified relative error (the worst)",
       {{"relative_error", "largest of a batch"}},
       1,
       Ordinate::kDecades},
      {"alpha", {{"alpha", ""}}},
      {"I - W is L-Lipschitz and m-strongly monotone", {{"lipschitz", "L"}, {"m", "m", dashed}}},
      {"learning rate", {{"learning_rate", ""}}},
      {"norm of the gradients, before clipping", {{"gradient_norm", ""}}},
      {"seconds of an epoch, without evaluation", {{"seconds", ""}}},
      {"samples a second", {{"samples_per_second", ""}}},
      {"main memory, most so far (MB)", {{"peak_megabytes", ""}}},
  };
}

void Draw(const Plot& plot, const Column& column, int color, const MetricsBand& run,
          ChartPanel* panel) {
  const std::vector<Spread>* values = run.Find(column.name);
  if (values == nullptr) return;
  const std::vector<Spread>& epochs = *run.Find("epoch");
  ChartLine line{color, column.stroke, {}};
  ChartBand band{color, {}};
  for (std::size_t row = 0; row < values->size(); ++row) {
    const Spread& value = (*values)[row];
    line.points.emplace_back(epochs[row].mean, plot.scale * value.mean);
    band.points.push_back({epochs[row].mean, plot.scale * value.least, plot.scale * value.most});
  }
  panel->lines.push_back(std::move(line));
  if (run.seeds > 1) panel->bands.push_back(std::move(band));
}

LineChart ChartOf(const Plot& plot, const std::vector<MetricsBand>& runs) {
  LineChart chart = PageChart(plot.title, plot.ordinate);
  chart.counts = true;
  ChartPanel panel;
  panel.x_label = "epoch";
  for (const Column& column : plot.columns) {
    const bool any = std::any_of(runs.begin(), runs.end(), [&](const MetricsBand& run) {
      return run.Find(column.name) != nullptr;
    });
    if (any && plot.columns.size() > 1) {
      chart.legend.push_back({/*color=*/-1, column.stroke, column.label});
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
      Draw(plot, column, static_cast<int>(i), runs[i], &panel);
    }
  }
  chart.panels.push_back(std::move(panel));
  return chart;
}

}  // namespace

std::vector<LineChart> EpochCharts(const std::vector<MetricsBand>& runs) {
  std::vector<LineChart> charts;
  for (const Plot& plot : Plots()) {
    LineChart chart = ChartOf(plot, runs);
    if (ShowsAnything(chart)) charts.push_back(std::move(chart));
  }
  return charts;
}

}  // namespace mondeq
