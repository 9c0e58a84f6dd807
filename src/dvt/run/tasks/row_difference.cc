#include "dvt/run/tasks/row_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "dvt/base/text/text.h"

namespace dvt::run {

namespace {

constexpr size_t kMostLines = 100;
constexpr size_t kMostEqualLines = 20;
constexpr size_t kMostPairs = 250'000;  // of rows compared with each other in search of the likest

// White space that would be overlooked is made visible.
std::string CellText(const std::optional<std::string>& cell) {
  if (!cell) return "NULL";
  std::string text;
  for (const char c : *cell) {
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\r') {
      text += "\\r";
    } else if (c == '\t') {
      text += "\\t";
    } else {
      text += c;
    }
  }
  const bool hidden = text.empty() || text.front() == ' ' || text.back() == ' ' || text == "NULL";
  return hidden ? "'" + text + "'" : text;
}

size_t EqualCells(const TextRow& a, const TextRow& b) {
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i] ? 1 : 0;
  return equal;
}

// One way to look at both sides: which rows are the same, which one row changed into, which stand alone.
class Alignment {
 public:
  Alignment(const std::vector<TextRow>& actual, const std::vector<TextRow>& expected)
      : actual_(actual), expected_(expected), partner_(actual.size(), -1), taken_(expected.size(), false) {
    std::map<TextRow, std::vector<size_t>> known;
    for (size_t e = expected.size(); e-- > 0;) known[expected[e]].push_back(e);
    for (size_t a = 0; a < actual.size(); ++a) {
      const auto found = known.find(actual[a]);
      if (found == known.end() || found->second.empty()) continue;
      Join(a, found->second.back());
      found->second.pop_back();
    }
    PairChanged();
  }

  int partner(size_t actual) const { return partner_[actual]; }  // of expected; -1: none
  bool taken(size_t expected) const { return taken_[expected]; }

 private:
  void Join(size_t a, size_t e) {
    partner_[a] = static_cast<int>(e);
    taken_[e] = true;
  }

  // The likest first; at least half of the cells must be equal.
  void PairChanged() {
    std::vector<size_t> left_actual, left_expected;
    for (size_t a = 0; a < actual_.size(); ++a) {
      if (partner_[a] < 0) left_actual.push_back(a);
    }
    for (size_t e = 0; e < expected_.size(); ++e) {
      if (!taken_[e]) left_expected.push_back(e);
    }
    if (left_actual.size() * left_expected.size() > kMostPairs) return;
    struct Pair {
      size_t equal, a, e;
    };
    std::vector<Pair> pairs;
    for (const size_t a : left_actual) {
      for (const size_t e : left_expected) {
        const size_t equal = EqualCells(actual_[a], expected_[e]);
        if (equal * 2 >= actual_[a].size() && equal > 0) pairs.push_back({equal, a, e});
      }
    }
    std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) { return x.equal > y.equal; });
    for (const Pair& pair : pairs) {
      if (partner_[pair.a] < 0 && !taken_[pair.e]) Join(pair.a, pair.e);
    }
  }

  const std::vector<TextRow>& actual_;
  const std::vector<TextRow>& expected_;
  std::vector<int> partner_;
  std::vector<bool> taken_;
};

struct Line {
  std::string mark;
  std::vector<std::string> cells;
};

size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string Draw(const std::vector<Line>& lines) {
  std::vector<size_t> widths(lines.front().cells.size());
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.cells.size(); ++i) widths[i] = std::max(widths[i], Width(line.cells[i]));
  }
  std::string table;
  for (const auto& line : lines) {
    std::string text = line.mark + std::string(3 - std::min<size_t>(3, Width(line.mark)), ' ');
    for (size_t i = 0; i < line.cells.size(); ++i) {
      text += " | " + line.cells[i] + std::string(widths[i] - Width(line.cells[i]), ' ');
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    table += text + "\n";
  }
  return table;
}

std::vector<std::string> CellTexts(const TextRow& row) {
  std::vector<std::string> cells;
  for (const auto& cell : row) cells.push_back(CellText(cell));
  return cells;
}

Line ChangedLine(const TextRow& actual, const TextRow& expected) {
  Line line{"→", {}};
  for (size_t i = 0; i < actual.size(); ++i) {
    const std::string now = CellText(actual[i]);
    line.cells.push_back(actual[i] == expected[i] ? now : CellText(expected[i]) + "→" + now);
  }
  return line;
}

}  // namespace

std::string DescribeDifference(const std::vector<std::string>& columns, const std::vector<TextRow>& actual,
                               const std::vector<TextRow>& expected) {
  const Alignment alignment(actual, expected);
  std::vector<Line> lines{{"@@", columns}};
  size_t equal = 0, changed = 0, more = 0, missing = 0;
  auto add = [&](Line line, size_t& count, size_t most) {
    ++count;
    if (count <= most) lines.push_back(std::move(line));
  };
  for (size_t a = 0; a < actual.size(); ++a) {
    const int e = alignment.partner(a);
    if (e < 0) {
      add({"+++", CellTexts(actual[a])}, more, kMostLines);
    } else if (const TextRow& wanted = expected[static_cast<size_t>(e)]; wanted == actual[a]) {
      add({"", CellTexts(actual[a])}, equal, kMostEqualLines);
    } else {
      add(ChangedLine(actual[a], wanted), changed, kMostLines);
    }
  }
  for (size_t e = 0; e < expected.size(); ++e) {
    if (!alignment.taken(e)) add({"---", CellTexts(expected[e])}, missing, kMostLines);
  }
  if (more + changed + missing == 0) return {};
  std::string text = Draw(lines);
  std::vector<std::string> notes;
  if (more > 0) notes.push_back(fmt::format("+++ not expected: {}", more));
  if (missing > 0) notes.push_back(fmt::format("--- expected and missing: {}", missing));
  if (changed > 0) notes.push_back(fmt::format("→ expected→actual: {}", changed));
  if (equal > kMostEqualLines) notes.push_back(fmt::format("equal: {}, of which {} are shown", equal, kMostEqualLines));
  if (std::max({more, changed, missing}) > kMostLines)
    notes.push_back(fmt::format("the first {} of a kind are shown", kMostLines));
  return text + "\n" + Join(notes, "; ");
}

}  // namespace dvt::run
