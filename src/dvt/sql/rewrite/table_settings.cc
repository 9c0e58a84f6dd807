// Properties of tables, from clauses (STORED AS, PARTITIONED BY, TBLPROPERTIES) into WITH (…) and back.
#include <algorithm>
#include <string>
#include <vector>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/target_shape.h"

namespace dvt::sql {

namespace {

bool IsName(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

// The name of a column that rows are parted by; empty if it is no plain column.
std::string_view KeyName(const Node* key) {
  if (key->Is(Kind::kColumnDef)) return key->Child(0)->text;
  if (key->Is(Kind::kOrderItem)) key = key->Child(0);
  if (key->Is(Kind::kIdentifier) || key->Is(Kind::kWord)) return key->text;
  return key->Is(Kind::kColumn) && key->count == 1 ? key->Child(0)->text : std::string_view();
}

class Settings {
 public:
  Settings(Arena& arena, Node* create) : arena_(arena), create_(create) {}

  // … into WITH (format='ORC', PARTITIONED_BY=ARRAY['a'], …).
  void Gather() {
    Node* list = create_->Child(kCreateProperties) == nullptr ? nullptr : create_->children[kCreateProperties];
    if (list == nullptr || !CanGather(list)) return;
    Node* kept = NewNode(arena_, Kind::kList);
    for (Node* each : list->Children()) {
      if (!Taken(each)) Append(arena_, kept, each);
    }
    if (!settings_.empty()) Append(arena_, kept, Clause("WITH"));
    create_->children[kCreateProperties] = kept->count == 0 ? nullptr : kept;
  }

  // … and back: the columns of partitions stand apart, or are only named.
  void Scatter(std::string_view format_words, bool columns_apart) {
    Node* list = create_->Child(kCreateProperties) == nullptr ? nullptr : create_->children[kCreateProperties];
    const Node* with = nullptr;
    for (const Node* each : list == nullptr ? std::span<Node* const>() : list->Children()) {
      if (each->Is(Kind::kPhrase) && each->text == "WITH" && each->count == 2 && each->Child(1)->Is(Kind::kTuple)) with = each;
    }
    if (with == nullptr) return;
    Node* fresh = NewNode(arena_, Kind::kList);
    for (Node* each : list->Children()) {
      if (each != with) {
        Append(arena_, fresh, each);
        continue;
      }
      for (Node* setting : with->Child(1)->Children()) ScatterOne(setting, fresh, format_words, columns_apart);
      if (!settings_.empty()) Append(arena_, fresh, Clause("TBLPROPERTIES"));
    }
    create_->children[kCreateProperties] = fresh;
  }

 private:
  static bool CanGather(const Node* list) {
    for (const Node* each : list->Children()) {
      if (!each->Is(Kind::kPhrase) || each->text != "PARTITIONED BY") continue;
      for (const Node* key : each->Child(1)->Children()) {
        if (KeyName(key).empty()) return false;
      }
    }
    return true;
  }

  Node* Word(std::string_view text) { return NewNode(arena_, Kind::kWord, {}, arena_.Copy(text)); }
  Node* Set(std::string_view key, Node* value) { return NewNode(arena_, Kind::kSetting, {Word(key), value}, arena_.Copy(key)); }

  Node* Clause(std::string_view words) {
    Node* tuple = NewNode(arena_, Kind::kTuple);
    for (Node* setting : settings_) Append(arena_, tuple, setting);
    return NewNode(arena_, Kind::kPhrase, {Word(words), tuple}, words);
  }

  bool Taken(Node* property) {
    if (!property->Is(Kind::kPhrase) || property->count != 2) return false;
    Node* value = property->children[1];
    if (property->text == "STORED AS" || property->text == "USING") {
      settings_.push_back(Set("format", MakeString(arena_, value->text)));
    } else if (property->text == "LOCATION") {
      settings_.push_back(Set("LOCATION", value));
    } else if (property->text == "PARTITIONED BY") {
      Node* names = NewNode(arena_, Kind::kArray);
      for (Node* key : value->Children()) {
        Append(arena_, names, MakeString(arena_, KeyName(key)));
        if (!key->Is(Kind::kColumnDef) || key->Child(1) == nullptr) continue;
        if (create_->Child(kCreateColumns) == nullptr) create_->children[kCreateColumns] = NewNode(arena_, Kind::kList);
        Append(arena_, create_->children[kCreateColumns], key);
      }
      settings_.push_back(Set("PARTITIONED_BY", names));
    } else if ((property->text == "TBLPROPERTIES" || property->text == "WITH" || property->text == "OPTIONS") &&
               value->Is(Kind::kTuple)) {
      for (Node* setting : value->Children()) settings_.push_back(Renamed(setting));
    } else {
      return false;
    }
    return true;
  }

  Node* Renamed(Node* setting) {
    if (!setting->Is(Kind::kSetting)) return setting;
    const std::string_view key = setting->Child(0)->text;
    if (EqualsIgnoreCase(key, "partitioned_by")) return Set("PARTITIONED_BY", setting->children[1]);
    if (setting->Child(0)->Is(Kind::kString) && IsName(key)) return Set(key, setting->children[1]);
    return setting;
  }

  void ScatterOne(Node* setting, Node* fresh, std::string_view format_words, bool columns_apart) {
    Node* value = setting->Is(Kind::kSetting) ? setting->children[1] : nullptr;
    const std::string_view key = value == nullptr ? std::string_view() : setting->Child(0)->text;
    const auto clause = [&](std::string_view words, Node* what) {
      Append(arena_, fresh, NewNode(arena_, Kind::kPhrase, {Word(words), what}, words));
    };
    Node* keys = EqualsIgnoreCase(key, "partitioned_by") ? Partition(value, columns_apart) : nullptr;
    if (EqualsIgnoreCase(key, "format") && value->Is(Kind::kString)) {
      clause(format_words, Word(ToUpper(value->text)));
    } else if (keys != nullptr) {
      clause("PARTITIONED BY", keys);
    } else {
      const bool word = value != nullptr && !setting->Child(0)->Is(Kind::kString);
      settings_.push_back(word ? NewNode(arena_, Kind::kSetting, {MakeString(arena_, key), value}) : setting);
    }
  }

  // ARRAY['a'] as (a), or as (a INT), which is taken from the columns; nullptr for anything else.
  Node* Partition(const Node* value, bool columns_apart) {
    const Node* names = value->Is(Kind::kFunction) ? value->Child(kArgsSlot) : value->Is(Kind::kArray) ? value : nullptr;
    if (names == nullptr || names->count == 0) return nullptr;
    for (const Node* name : names->Children()) {
      if (!name->Is(Kind::kString) || !IsName(name->text)) return nullptr;
    }
    Node* columns = create_->Child(kCreateColumns) == nullptr ? nullptr : create_->children[kCreateColumns];
    Node* keys = NewNode(arena_, Kind::kTuple);
    for (const Node* name : names->Children()) {
      Node* key = MakeIdentifier(arena_, name->text, false);
      for (uint32_t i = 0; columns_apart && columns != nullptr && i < columns->count; ++i) {
        Node* column = columns->children[i];
        if (!column->Is(Kind::kColumnDef) || !EqualsIgnoreCase(column->Child(0)->text, name->text)) continue;
        key = column;
        std::copy(columns->children + i + 1, columns->children + columns->count, columns->children + i);
        --columns->count;
        break;
      }
      Append(arena_, keys, key);
    }
    return keys;
  }

  Arena& arena_;
  Node* create_;
  std::vector<Node*> settings_;
};

// PARTITIONED BY (a INT) names a column among the others.
void JoinPartitions(Arena& arena, Node* create) {
  const Node* list = create->Child(kCreateProperties);
  for (const Node* each : list == nullptr ? std::span<Node* const>() : list->Children()) {
    if (!each->Is(Kind::kPhrase) || each->text != "PARTITIONED BY") continue;
    for (Node*& key : each->Child(1)->Children()) {
      if (!key->Is(Kind::kColumnDef) || key->Child(1) == nullptr) continue;
      if (create->Child(kCreateColumns) == nullptr) create->children[kCreateColumns] = NewNode(arena, Kind::kList);
      Append(arena, create->children[kCreateColumns], key);
      key = Clone(arena, key->Child(0));
    }
  }
}

}  // namespace

void ShapeSettings(Arena& arena, Node* create, const Dialect& source, const Dialect& target) {
  if (create == nullptr || !create->Is(Kind::kCreate) || create->text.find("TABLE") == std::string_view::npos) return;
  const bool using_format = target.Has(Feature::kUsingFormat);
  if (target.Has(Feature::kTableSettings)) {
    Settings(arena, create).Gather();
  } else if (source.Has(Feature::kTableSettings) && target.Has(Feature::kScripts)) {  // WITH (…) is OPTIONS (…)
    const Node* list = create->Child(kCreateProperties);
    for (Node* each : list == nullptr ? std::span<Node* const>() : list->Children()) {
      if (!each->Is(Kind::kPhrase) || each->text != "WITH" || each->count != 2) continue;
      each->children[0] = NewNode(arena, Kind::kWord, {}, "OPTIONS");
      each->text = "OPTIONS";
    }
  } else if (&source != &target && target.Has(Feature::kQuotedSettings)) {
    if (source.Has(Feature::kTableSettings)) Settings(arena, create).Scatter(using_format ? "USING" : "STORED AS", !using_format);
    if (using_format && source.Has(Feature::kQuotedSettings)) JoinPartitions(arena, create);
    const Node* list = create->Child(kCreateProperties);
    for (Node* each : list == nullptr ? std::span<Node* const>() : list->Children()) {
      if (using_format || !each->Is(Kind::kPhrase) || each->text != "USING" || each->count != 2) continue;
      each->children[0] = NewNode(arena, Kind::kWord, {}, "STORED AS");
      each->text = "STORED AS";
    }
  }
}

}  // namespace dvt::sql
