#include "dvt/model/manifest_codec.h"

#include <cstring>
#include <type_traits>
#include <unordered_map>

namespace dvt::model {

namespace {

// The members of every structure that is kept. A member that is added must be named here: the bindings do not compile otherwise.
template <class T, class Of>
concept Is = std::is_same_v<std::remove_const_t<T>, Of>;

void Members(auto& archive, Is<Mark> auto& of) {
  auto& [line, column] = of;
  archive(line, column);
}

void Members(auto& archive, Is<Place> auto& of) {
  auto& [file, line, column] = of;
  archive(file, line, column);
}

void Members(auto& archive, Is<Diagnostic> auto& of) {
  auto& [severity, code, message, place, hint] = of;
  archive(severity, code, message, place, hint);
}

void Members(auto& archive, Is<RefCall> auto& of) {
  auto& [package, name, version, place] = of;
  archive(package, name, version, place);
}

void Members(auto& archive, Is<SourceCall> auto& of) {
  auto& [source, table, place] = of;
  archive(source, table, place);
}

void Members(auto& archive, Is<Constraint> auto& of) {
  auto& [type, name, expression, warn_unenforced, warn_unsupported, to, to_columns, columns, refs, sources, mark] = of;
  archive(type, name, expression, warn_unenforced, warn_unsupported, to, to_columns, columns, refs, sources, mark);
}

void Members(auto& archive, Is<ColumnProperties> auto& of) {
  auto& [name, description, data_type, meta, tags, quote, constraints, raw, mark] = of;
  archive(name, description, data_type, meta, tags, quote, constraints, raw, mark);
}

void Members(auto& archive, Is<TestMetadata> auto& of) {
  auto& [name, package, kwargs, column, attached_node] = of;
  archive(name, package, kwargs, column, attached_node);
}

void Members(auto& archive, Is<UnitTestRows> auto& of) {
  auto& [input, input_id, format, rows, fixture, place] = of;
  archive(input, input_id, format, rows, fixture, place);
}

void Members(auto& archive, Is<UnitTestCase> auto& of) {
  auto& [model, tested_node, given, expect, overrides, versions] = of;
  archive(model, tested_node, given, expect, overrides, versions);
}

void Members(auto& archive, Is<Node> auto& of) {
  auto& [unique_id, type, package, name, path, original_path, raw_code, language, checksum, fqn, alias, database, schema,
         connection, config, given_config, tags, description, columns, patch, patch_path, refs, sources, functions,
         depends_on_nodes, depends_on_macros, test, unit_test, version, latest_version, constraints, primary_key,
         deprecation_date, contract_checksum, relation_name, place, package_folder, compiled, compiled_code, extra_ctes] = of;
  archive(unique_id, type, package, name, path, original_path, raw_code, language, checksum, fqn, alias, database, schema,
          connection);
  archive(config, given_config, tags, description, columns, patch, patch_path, refs, sources, functions, depends_on_nodes,
          depends_on_macros);
  archive(test, unit_test, version, latest_version, constraints, primary_key, deprecation_date, contract_checksum, relation_name,
          place, package_folder, compiled);
  archive(compiled_code, extra_ctes);
}

void Members(auto& archive, Is<SourceNode> auto& of) {
  auto& [unique_id, package, source_name, name, identifier, database, schema, connection, quoting, loader, description,
         source_description, columns, config, tags, freshness, loaded_at_field, relation_name, original_path, fqn, raw, place] =
      of;
  archive(unique_id, package, source_name, name, identifier, database, schema, connection, quoting, loader, description);
  archive(source_description, columns, config, tags, freshness, loaded_at_field, relation_name, original_path, fqn, raw, place);
}

void Members(auto& archive, Is<MacroNode> auto& of) {
  auto& [unique_id, package, name, path, original_path, text, depends_on_macros, description, patch_path, patch, place] = of;
  archive(unique_id, package, name, path, original_path, text, depends_on_macros, description, patch_path, patch, place);
}

void Members(auto& archive, Is<ExposureNode> auto& of) {
  auto& [unique_id, name, package, path, original_path, fqn, config, tags, raw, refs, sources, metrics, depends_on_nodes, place] =
      of;
  archive(unique_id, name, package, path, original_path, fqn, config, tags, raw, refs, sources, metrics, depends_on_nodes, place);
}

void Members(auto& archive, Is<SemanticNode> auto& of) {
  auto& [kind, unique_id, package, name, path, original_path, fqn, config, tags, description, raw, refs, metrics,
         depends_on_nodes, place] = of;
  archive(kind, unique_id, package, name, path, original_path, fqn, config, tags, description, raw, refs, metrics,
          depends_on_nodes);
  archive(place);
}

void Members(auto& archive, Is<GroupNode> auto& of) {
  auto& [unique_id, package, name, path, original_path, raw, place] = of;
  archive(unique_id, package, name, path, original_path, raw, place);
}

void Members(auto& archive, Is<Manifest> auto& of) {
  auto& [project, profile, computes, target, nodes, disabled, unit_tests, operations, sources, disabled_sources, macros,
         exposures, semantic_nodes, groups, selectors, docs, cli_vars, packages, diagnostics] = of;
  archive(nodes, disabled, unit_tests, sources, disabled_sources, macros, exposures, semantic_nodes, groups, selectors, docs);
}

// How a Value's bytes begin.
enum class Tag : uint8_t { kNull, kFalse, kTrue, kInt, kFloat, kString, kList, kMap, kAgain };

// Numbers as variable-length bytes, texts with their length in front. Lists and maps that values share are written once.
class Writer {
 public:
  template <class... T>
  void operator()(const T&... members) {
    (Put(members), ...);
  }
  std::string Take() { return std::move(out_); }

 private:
  void Number(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }

  template <class T>
  void Put(const T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      const auto wide = static_cast<int64_t>(value);
      Number((static_cast<uint64_t>(wide) << 1) ^ static_cast<uint64_t>(wide >> 63));
    } else {
      Members(*this, value);
    }
  }
  void Put(const std::string& text) {
    Number(text.size());
    out_ += text;
  }
  template <class T>
  void Put(const std::vector<T>& items) {
    Number(items.size());
    for (const auto& item : items) Put(item);
  }
  template <class K, class V>
  void Put(const std::map<K, V>& items) {
    Number(items.size());
    for (const auto& [key, value] : items) (*this)(key, value);
  }
  template <class A, class B>
  void Put(const std::pair<A, B>& both) {
    (*this)(both.first, both.second);
  }
  template <class T>
  void Put(const std::optional<T>& value) {
    Put(value.has_value());
    if (value) Put(*value);
  }

  void Begin(Tag tag, const Value& value) {
    out_ += static_cast<char>(static_cast<uint8_t>(tag) | (value.quoted() ? 0x80 : 0));
    (*this)(value.mark());
  }

  void Put(const Value& value) {
    if (value.is_null()) return Begin(Tag::kNull, value);
    if (value.is_bool()) return Begin(value.as_bool() ? Tag::kTrue : Tag::kFalse, value);
    if (value.is_int()) {
      Begin(Tag::kInt, value);
      return Put(value.as_int());
    }
    if (value.is_float()) {
      Begin(Tag::kFloat, value);
      const double number = value.as_float();
      out_.append(reinterpret_cast<const char*>(&number), sizeof number);
      return;
    }
    if (value.is_string()) {
      Begin(Tag::kString, value);
      return Put(value.as_string());
    }
    const void* content = value.is_list() ? static_cast<const void*>(&value.list()) : &value.map();  // copies have one
    const auto [seen, added] = shared_.emplace(content, shared_.size());
    if (!added) {
      Begin(Tag::kAgain, value);
      return Number(seen->second);
    }
    Begin(value.is_list() ? Tag::kList : Tag::kMap, value);
    if (value.is_list()) return Put(value.list());
    Number(value.map().size());
    for (const auto& entry : value.map()) (*this)(entry.key, entry.value, entry.key_mark, entry.key_quoted);
  }

  std::string out_;
  std::unordered_map<const void*, uint64_t> shared_;  // by address: in order of appearance
};

// What Writer wrote. Once the bytes end early or make no sense, everything is empty and failed() says so.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class... T>
  void operator()(T&... members) {
    (Get(members), ...);
  }
  bool failed() const { return failed_; }
  bool done() const { return rest_.empty() && !failed_; }

 private:
  void Fail() {
    failed_ = true;
    rest_ = {};
  }

  uint64_t Number() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    Fail();
    return 0;
  }

  // How many items follow: each needs a byte at least.
  size_t Count() {
    const uint64_t count = Number();
    if (count > rest_.size()) Fail();
    return failed_ ? 0 : static_cast<size_t>(count);
  }

  template <class T>
  void Get(T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      const uint64_t zigzag = Number();
      value = static_cast<T>(static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1));
    } else {
      Members(*this, value);
    }
  }
  void Get(std::string& text) {
    const size_t size = Count();
    text.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  template <class T>
  void Get(std::vector<T>& items) {
    items.resize(Count());
    for (auto& item : items) Get(item);
  }
  template <class K, class V>
  void Get(std::map<K, V>& items) {
    for (size_t left = Count(); left > 0 && !failed_; --left) {
      K key;
      Get(key);
      Get(items.emplace_hint(items.end(), std::move(key), V())->second);  // written in order
    }
  }
  template <class A, class B>
  void Get(std::pair<A, B>& both) {
    (*this)(both.first, both.second);
  }
  template <class T>
  void Get(std::optional<T>& value) {
    bool there = false;
    Get(there);
    if (there) Get(value.emplace());
  }

  void Get(Value& value) {
    if (rest_.empty()) return Fail();
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    Mark mark;
    Get(mark);
    value = Content(static_cast<Tag>(byte & 0x7f));
    value.set_mark(mark);
    value.set_quoted((byte & 0x80) != 0);
  }

  Value Content(Tag tag) {
    switch (tag) {
      case Tag::kNull: return {};
      case Tag::kFalse: return false;
      case Tag::kTrue: return true;
      case Tag::kInt: {
        int64_t number = 0;
        Get(number);
        return number;
      }
      case Tag::kFloat: {
        double number = 0;
        if (rest_.size() < sizeof number) break;
        std::memcpy(&number, rest_.data(), sizeof number);
        rest_.remove_prefix(sizeof number);
        return number;
      }
      case Tag::kString: {
        std::string text;
        Get(text);
        return Value(std::move(text));
      }
      case Tag::kAgain: {
        const uint64_t index = Number();
        if (index >= shared_.size()) break;
        return shared_[index];
      }
      case Tag::kList:
      case Tag::kMap: return Container(tag);
    }
    Fail();
    return {};
  }

  Value Container(Tag tag) {
    const size_t index = shared_.size();
    shared_.emplace_back();  // in order of appearance, as they were written
    Value made;
    if (tag == Tag::kList) {
      Value::List items;
      Get(items);
      made = Value(std::move(items));
    } else {
      Value::Map entries(Count());
      for (auto& entry : entries) (*this)(entry.key, entry.value, entry.key_mark, entry.key_quoted);
      made = Value(std::move(entries));
    }
    return shared_[index] = std::move(made);
  }

  std::string_view rest_;
  bool failed_ = false;
  std::vector<Value> shared_;
};

}  // namespace

std::string EncodeManifest(const Manifest& manifest) {
  Writer writer;
  writer(manifest, manifest.diagnostics.items());
  return writer.Take();
}

bool DecodeManifest(std::string_view bytes, Manifest& manifest) {
  Reader reader(bytes);
  std::vector<Diagnostic> findings;
  reader(manifest, findings);
  for (auto& finding : findings) manifest.diagnostics.Add(std::move(finding));
  return reader.done();
}

}  // namespace dvt::model
