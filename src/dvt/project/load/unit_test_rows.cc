#include "dvt/project/load/unit_test_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/csv.h"
#include "dvt/base/text/text.h"

namespace dvt::project {

namespace {

// The first line of a block scalar's text; of any other scalar its own.
int FirstLine(const Value& text) { return text.mark().line + (text.as_string().find('\n') == std::string::npos ? 0 : 1); }

const SourceFile* FindFixture(const Package& package, const std::string& name, const std::string& format,
                              std::vector<std::string>& known) {
  const SourceFile* found = nullptr;
  for (const auto& file : package.files) {
    if (file.kind != FileKind::kFixture || !file.path.ends_with("." + format)) continue;
    known.push_back(FileStem(file.path));
    if (known.back() == name && found == nullptr) found = &file;
  }
  return found;
}

void TakeText(const std::string& text, const std::string& file, int first_line, YamlCheck& check, model::UnitTestRows& rows) {
  if (rows.format == "sql") {
    rows.rows = text;
    return;
  }
  auto read = RowsOfCsv(text, ',', file, first_line);
  if (read) {
    rows.rows = *std::move(read);
  } else {
    check.diagnostics().Fail(read.error());
  }
}

void ReadFixture(const Value& entry, const std::string& owner, const Package& package, YamlCheck& check,
                 model::UnitTestRows& rows) {
  const Mark mark = entry["fixture"].mark();
  if (rows.format == "dict") {
    check.Fail(fmt::format("{} takes its rows from a fixture, and its format is dict", owner), mark,
               "say `format: csv` or `format: sql`");
    return;
  }
  if (!entry["rows"].is_null()) {
    check.Warn("UnitTestFixtureAndRows", fmt::format("{} has rows and a fixture: the fixture is taken", owner),
               entry["rows"].mark(), "leave one of them out");
  }
  std::vector<std::string> known;
  const SourceFile* file = FindFixture(package, rows.fixture, rows.format, known);
  if (file == nullptr) {
    const std::string folder = package.config.test_paths.empty() ? "tests" : package.config.test_paths.front();
    check.Fail(fmt::format("The fixture '{0}' of {1} was not found: there is no {2}/fixtures/{0}.{3}.{4}", rows.fixture, owner,
                           folder, rows.format, DidYouMean(rows.fixture, known)),
               mark, "a fixture is named without its folder and its extension");
    return;
  }
  rows.place = {file->original_path, 1, 0};
  TakeText(file->text, file->original_path, 1, check, rows);
}

// True if they are a list of mappings of names to values.
bool AreMappings(const Value& rows) {
  return rows.is_list() && std::all_of(rows.list().begin(), rows.list().end(), [](const Value& row) { return row.is_map(); });
}

// A moment whose offset is one digit ("2013-11-03 00:00:00-0"), as YAML reads moments, gets the offset that databases read.
Value WithWholeOffsets(const Value& rows) {
  Value out = Value::MakeList();
  for (const auto& row : rows.list()) {
    Value fields = row;
    for (const auto& entry : row.map()) {
      if (!entry.value.is_string()) continue;
      const std::string& text = entry.value.as_string();
      const size_t size = text.size();
      const bool moment = size >= 21 && text[4] == '-' && text[7] == '-' && text[13] == ':' && text[16] == ':' &&
                          (text[size - 2] == '-' || text[size - 2] == '+') && text[size - 1] >= '0' && text[size - 1] <= '9';
      if (!moment) continue;
      const std::string sign = text[size - 1] == '0' ? "+" : text.substr(size - 2, 1);
      fields.Set(entry.key, text.substr(0, size - 2) + sign + "0" + text.substr(size - 1) + ":00");
    }
    out.Push(std::move(fields));
  }
  out.set_mark(rows.mark());
  return out;
}

void TakeInline(const Value& given, const std::string& owner, YamlCheck& check, model::UnitTestRows& rows) {
  if (rows.format == "dict") {
    if (AreMappings(given)) {
      rows.rows = WithWholeOffsets(given);
    } else {
      check.Fail(fmt::format("The rows of {} must be a list of mappings of columns to values, as its format is dict, found a {}",
                             owner, given.TypeName()),
                 given.mark(), "write `- {id: 1, name: a}`, or say `format: csv` or `format: sql`");
    }
  } else if (!given.is_string()) {
    check.Fail(fmt::format("The rows of {} must be text, as its format is {}, found a {}", owner, rows.format, given.TypeName()),
               given.mark(), "write them below `rows: |`");
  } else {
    TakeText(given.as_string(), check.file(), FirstLine(given), check, rows);
  }
}

}  // namespace

Result<Value> RowsOfCsv(std::string_view text, char delimiter, const std::string& file, int first_line) {
  CsvScanner scanner(text, delimiter);
  std::vector<std::string> header;
  std::vector<CsvCell> cells;
  Value rows = Value::MakeList();
  while (!scanner.done()) {
    const int line = first_line + scanner.line() - 1;
    if (!scanner.Next(cells)) {
      return Error(ErrorCode::kData, "a quoted cell that begins here never ends")
          .At({file, line, 0})
          .WithHint("close it with a \" character");
    }
    if (cells.size() == 1 && TrimView(cells[0].text).empty() && !cells[0].quoted) continue;  // a blank line
    if (header.empty()) {
      for (const auto& cell : cells) header.emplace_back(TrimView(cell.text));
      continue;
    }
    if (cells.size() > header.size()) {
      return Error(ErrorCode::kData, fmt::format("this row has {} cells, the header has {}", cells.size(), header.size()))
          .At({file, line, 0})
          .WithHint("put a cell that holds a comma in double quotes");
    }
    Value row = Value::MakeMap();
    row.set_mark({line, 0});
    for (size_t i = 0; i < header.size(); ++i) {
      const bool empty = i >= cells.size() || cells[i].text.empty();
      row.Set(header[i], empty ? Value() : Value(cells[i].text)).set_mark({line, 0});
    }
    rows.Push(std::move(row));
  }
  if (header.empty()) return Error(ErrorCode::kData, "CSV rows need a header line").At({file, first_line, 0});
  return rows;
}

model::UnitTestRows ReadUnitTestRows(const Value& entry, const std::string& owner, const Package& package, YamlCheck& check) {
  model::UnitTestRows rows;
  const Value& given = entry["rows"];
  rows.place = PlaceOf(check.file(), given.is_null() ? entry.mark() : given.mark());
  if (const std::string format = check.Text(entry, "format", owner); !format.empty()) rows.format = format;
  rows.fixture = check.Text(entry, "fixture", owner);
  if (rows.format != "dict" && rows.format != "csv" && rows.format != "sql") {
    check.Fail(fmt::format("'format' of {} must be dict, csv or sql, found '{}'.{}", owner, rows.format,
                           DidYouMean(rows.format, {"dict", "csv", "sql"})),
               entry["format"].mark());
  } else if (!rows.fixture.empty()) {
    ReadFixture(entry, owner, package, check, rows);
  } else if (!given.is_null()) {
    TakeInline(given, owner, check, rows);
  }
  return rows;
}

}  // namespace dvt::project
