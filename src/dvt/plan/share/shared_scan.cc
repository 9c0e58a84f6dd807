#include "dvt/plan/share/shared_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::plan {
namespace {

constexpr const char* kMarks = "dvt_marks";
constexpr size_t kMostMarks = 30;     // bits of a 32-bit integer
constexpr double kWorthwhile = 0.95;  // of what the readers cost by themselves
constexpr double kScanned = 16;       // bytes moved that cost as much as a row that the source looks at
constexpr double kUnknownRows = 1e6;  // where the source has no estimate
constexpr double kUnknownWidth = 16;  // bytes of a text or a nested value

double RowsOr(const std::optional<int64_t>& rows, double otherwise) { return rows ? static_cast<double>(*rows) : otherwise; }

double WidthOf(const columnar::Field& field) {
  const int fixed = columnar::FixedWidth(field.type);
  if (fixed > 0) return fixed;
  if (field.type.kind == columnar::TypeKind::kBool) return 1;
  if (field.type.is_text() && field.type.length > 0) return std::min(static_cast<double>(field.type.length), kUnknownWidth);
  return kUnknownWidth;
}

// Rows that the extract reads if no keys reduce it.
double RowsOf(const ExtractFragment& extract) {
  return RowsOr(extract.rows_without_keys ? extract.rows_without_keys : extract.estimated_rows, kUnknownRows);
}

// Rows that the source looks at: all, but for those that it finds by their keys.
double ScannedBy(const ExtractFragment& extract) {
  if (!extract.key_filters.empty()) return RowsOr(extract.estimated_rows, kUnknownRows);
  return std::max(RowsOf(extract), RowsOr(extract.relation_rows, 0));
}

double CostApart(const ScanReader& reader) {
  double width = 1;
  for (const columnar::Field& field : reader.extract.fields) width += WidthOf(field);
  return width * RowsOr(reader.extract.estimated_rows, kUnknownRows) + kScanned * ScannedBy(reader.extract);
}

// Readers can share only within a group: the rest of what they want may differ.
std::string GroupOf(const ScanReader& reader) {
  const ExtractFragment& extract = reader.extract;
  std::string group = extract.connection;
  const auto add = [&](std::string_view part) {
    group += '\x1f';
    group += part;
  };
  add(reader.settings);
  if (extract.relation) {
    add(extract.relation->database);
    add(extract.relation->schema);
    add(extract.relation->name);
    add(extract.alias);
    // A subquery is quick as a filter of its own, and perhaps not as one of several.
    const bool alone = !reader.queries || ToLower(extract.where).find("(select") != std::string::npos;
    add(alone ? extract.where : "");
  } else {
    add(extract.sql);
  }
  return group;
}

bool CanShare(const ScanReader& reader) {
  const ExtractFragment& extract = reader.extract;
  if (!extract.relation) return reader.queries;
  return !extract.select_list.empty() && extract.select_list.size() == extract.fields.size();
}

/// What a scan for some readers of a group would be, before it is written.
class Union {
 public:
  /// False if the reader does not fit: a column of the same name is another expression, or there are too many filters.
  bool Add(const ScanReader& reader) {
    const ExtractFragment& extract = reader.extract;
    if (!extract.where.empty() && !filters_.contains(extract.where) && filters_.size() == kMostMarks) return false;
    for (size_t i = 0; i < extract.select_list.size(); ++i) {
      const auto known = items_.find(ToLower(extract.fields[i].name));
      if (known != items_.end() && known->second != extract.select_list[i]) return false;
    }
    double own = 1;
    for (size_t i = 0; i < extract.fields.size(); ++i) {
      own += WidthOf(extract.fields[i]);
      if (extract.select_list.empty()) continue;
      const auto [item, added] = items_.emplace(ToLower(extract.fields[i].name), extract.select_list[i]);
      if (added) width_ += WidthOf(extract.fields[i]);
    }
    if (extract.select_list.empty()) width_ = own;  // equal queries
    double& rows = filters_[extract.where];
    rows = std::max(rows, RowsOf(extract));
    if (extract.relation_rows) relation_rows_ = std::max(relation_rows_, static_cast<double>(*extract.relation_rows));
    estimated_ = estimated_ && (extract.estimated_rows || extract.rows_without_keys);
    apart_ += CostApart(reader);
    rows_apart_ += RowsOr(extract.estimated_rows, kUnknownRows);
    return true;
  }

  // Each filter passes its part of the relation's rows, whatever the others do.
  double Rows() const {
    if (const auto all = filters_.find(""); all != filters_.end()) return all->second;
    if (filters_.size() == 1) return filters_.begin()->second;
    double most = relation_rows_;
    for (const auto& [where, rows] : filters_) most = std::max(most, rows);
    double left = 1;
    for (const auto& [where, rows] : filters_) left *= 1 - (most > 0 ? rows / most : 0);
    return most * (1 - left);
  }
  double Cost() const { return Rows() * (width_ + (filters_.size() > 1 ? 4 : 0)) + kScanned * std::max(Rows(), relation_rows_); }
  double apart() const { return apart_; }
  double rows_apart() const { return rows_apart_; }
  bool estimated() const { return estimated_; }

 private:
  std::map<std::string, std::string> items_;  // by the column's name in lower case
  std::map<std::string, double> filters_;     // the rows that each passes
  double width_ = 1;
  double relation_rows_ = 0;
  double apart_ = 0;
  double rows_apart_ = 0;
  bool estimated_ = true;
};

std::optional<Union> UnionOf(const std::vector<const ScanReader*>& readers) {
  Union all;
  for (const ScanReader* reader : readers) {
    if (!all.Add(*reader)) return std::nullopt;
  }
  return all;
}

// The readers of a group that together are worth one scan: all that fit, without those whose own read is cheaper than their part.
std::vector<const ScanReader*> Choose(const std::vector<const ScanReader*>& group) {
  std::vector<const ScanReader*> chosen;
  Union all;
  for (const ScanReader* reader : group) {
    if (all.Add(*reader)) chosen.push_back(reader);
  }
  const auto cost = [](const std::vector<const ScanReader*>& together, const ScanReader* without) {
    Union rest;
    for (const ScanReader* reader : together) {
      if (reader != without) rest.Add(*reader);
    }
    return rest.Cost() + (without == nullptr ? 0 : CostApart(*without));
  };
  while (chosen.size() > 1) {
    double best = cost(chosen, nullptr);
    const ScanReader* out = nullptr;
    for (const ScanReader* reader : chosen) {
      const double rest = cost(chosen, reader);
      if (rest < best) {
        best = rest;
        out = reader;
      }
    }
    if (out == nullptr) break;
    std::erase(chosen, out);
  }
  const auto together = UnionOf(chosen);
  if (chosen.size() < 2 || !together || together->Cost() >= kWorthwhile * together->apart()) chosen.clear();
  return chosen;
}

void AddColumns(SharedScan& scan, SharedScan::Reader& reader, std::map<std::string, int>& positions) {
  const ExtractFragment& extract = reader.wants.extract;
  for (size_t i = 0; i < extract.fields.size(); ++i) {
    if (extract.select_list.empty()) {
      reader.columns.push_back(static_cast<int>(i));
      continue;
    }
    const auto [at, added] = positions.emplace(ToLower(extract.fields[i].name), static_cast<int>(scan.select_list.size()));
    if (added) scan.select_list.push_back(extract.select_list[i]);
    reader.columns.push_back(at->second);
  }
}

// The source itself tells whose filter each row passes, so that nobody evaluates a filter twice or otherwise.
void AddMarks(SharedScan& scan) {
  std::map<std::string, int64_t> bits;
  std::vector<std::string> filters;
  bool everything = false;
  for (SharedScan::Reader& reader : scan.readers) {
    const std::string& where = reader.wants.extract.where;
    everything = everything || where.empty();
    if (!where.empty() && bits.emplace(where, int64_t{1} << filters.size()).second) filters.push_back(where);
  }
  if (!everything) scan.where = filters.size() == 1 ? filters.front() : "((" + Join(filters, ") OR (") + "))";
  if (filters.empty() || (filters.size() == 1 && !everything)) return;
  std::vector<std::string> terms;
  for (const std::string& filter : filters) terms.push_back(fmt::format("CASE WHEN {} THEN {} ELSE 0 END", filter, bits[filter]));
  scan.mark_column = static_cast<int>(scan.select_list.size());
  scan.select_list.push_back(
      fmt::format("{} AS {}", Join(terms, " + "),
                  sql::QuoteIdentifier(*scan.readers.front().wants.extract.profile.dialect, std::string(kMarks))));
  for (SharedScan::Reader& reader : scan.readers) {
    const std::string& where = reader.wants.extract.where;
    if (!where.empty()) reader.mark = bits[where];
  }
}

SharedScan Write(const std::vector<const ScanReader*>& readers, const Union& all) {
  SharedScan scan;
  const ExtractFragment& first = readers.front()->extract;
  scan.connection = first.connection;
  scan.sources = first.sources;
  scan.relation = first.relation;
  scan.alias = first.alias;
  scan.sql = first.relation ? "" : first.sql;
  std::map<std::string, int> positions;
  for (const ScanReader* each : readers) {
    SharedScan::Reader reader;
    reader.wants = *each;
    AddColumns(scan, reader, positions);
    scan.readers.push_back(std::move(reader));
  }
  if (scan.relation) {
    if (readers.front()->queries) {
      AddMarks(scan);
    } else {
      scan.where = first.where;
    }
  }
  if (all.estimated()) {
    scan.estimated_rows = std::llround(all.Rows());
    scan.rows_apart = std::llround(all.rows_apart());
  }
  return scan;
}

}  // namespace

const SharedScan::Reader* SharedScan::Find(const std::string& node_id, const std::string& input) const {
  for (const Reader& reader : readers) {
    if (reader.wants.node_id == node_id && reader.wants.extract.input_name == input) return &reader;
  }
  return nullptr;
}

bool SameRead(const ExtractFragment& a, const ExtractFragment& b) {
  return a.connection == b.connection && a.input_name == b.input_name && a.relation == b.relation && a.alias == b.alias &&
         a.select_list == b.select_list && a.where == b.where && a.sql == b.sql;
}

std::optional<SharedScan> CombineReaders(std::vector<ScanReader> readers) {
  std::vector<const ScanReader*> together;
  for (const ScanReader& reader : readers) together.push_back(&reader);
  const auto all = UnionOf(together);
  if (readers.size() < 2 || !all || all->Cost() >= kWorthwhile * all->apart()) return std::nullopt;
  return Write(together, *all);
}

std::vector<SharedScan> PlanSharedScans(std::vector<ScanReader> readers) {
  std::map<std::string, std::vector<const ScanReader*>> groups;
  for (const ScanReader& reader : readers) {
    if (CanShare(reader)) groups[GroupOf(reader)].push_back(&reader);
  }
  std::vector<SharedScan> scans;
  for (auto& [name, group] : groups) {
    while (group.size() > 1) {
      const auto chosen = Choose(group);
      if (chosen.empty()) break;
      scans.push_back(Write(chosen, *UnionOf(chosen)));
      std::erase_if(group,
                    [&](const ScanReader* reader) { return std::find(chosen.begin(), chosen.end(), reader) != chosen.end(); });
    }
  }
  return scans;
}

}  // namespace dvt::plan
