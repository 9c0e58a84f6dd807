// Finds of the fuzzers, replayed, and mutations of the project's own statements in every dialect.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/sql/testing/robustness.h"

namespace dvt::sql {
namespace {

using robustness::AllDialects;
using robustness::CheckAnswers;
using robustness::CheckRoundTrip;

// tests/sql/fuzz/<read>.<write>.<what>.sql
TEST(Robustness, FindsOfTheFuzzers) {
  const std::string folder = "tests/sql/fuzz";
  auto files = ListFiles(folder);
  ASSERT_TRUE(files.has_value());
  for (const auto& file : *files) {
    const size_t dot = file.find('.');
    const size_t second = file.find('.', dot + 1);
    if (!file.ends_with(".sql")) continue;
    ASSERT_NE(second, std::string::npos) << file;
    const Dialect* read = FindDialect(file.substr(0, dot));
    const Dialect* write = FindDialect(file.substr(dot + 1, second - dot - 1));
    ASSERT_TRUE(read != nullptr && write != nullptr) << file;
    auto text = ReadFile(JoinPath(folder, file));
    ASSERT_TRUE(text.has_value());
    EXPECT_EQ(CheckRoundTrip(*text, *read), "") << file;
    EXPECT_EQ(CheckAnswers(*text, {read, write}), "") << file;
  }
}

std::vector<std::string> Statements() {
  std::vector<std::string> all;
  for (const char* folder : {"postgres", "mysql", "sqlite", "duckdb", "tpch", "split"}) {
    auto files = ListFiles(std::string("tests/sql/") + folder);
    if (!files) continue;
    for (const auto& file : *files) {
      auto text = ReadFile(JoinPath(std::string("tests/sql/") + folder, file));
      if (!text) continue;
      for (size_t at = 0; at < text->size();) {
        const size_t end = std::min(text->find("\n\n", at), text->size());
        const std::string statement(TrimView(std::string_view(*text).substr(at, end - at)));
        if (!statement.empty() && statement.size() < 2000) all.push_back(statement);
        at = end + 2;
      }
    }
  }
  return all;
}

// Words, numbers, blanks and single signs.
std::vector<std::string> Pieces(const std::string& text) {
  std::vector<std::string> pieces;
  auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (char c : text) {
    if (!pieces.empty() && word(c) && word(pieces.back().back()))
      pieces.back() += c;
    else
      pieces.emplace_back(1, c);
  }
  return pieces;
}

class Mutator {
 public:
  explicit Mutator(std::vector<std::string> statements) : statements_(std::move(statements)) {}

  std::string Next() {
    std::vector<std::string> pieces = Pieces(statements_[Below(statements_.size())]);
    const size_t changes = 1 + Below(3);
    for (size_t i = 0; i < changes && !pieces.empty(); ++i) Change(pieces);
    std::string text;
    for (const auto& piece : pieces) text += piece;
    return text;
  }
  size_t Below(size_t limit) { return random_() % limit; }

 private:
  void Change(std::vector<std::string>& pieces) {
    static const char* const kOdd[] = {"'",  "\"", "`",  "(",  ")",  "[",    "]",   "{",   "::",     "/*",
                                       "*/", "--", ";",  "\\", "$$", "@",    "?",   "#",   ",",      ".",
                                       "0",  "1e", "0x", "\n", "ü",  "NULL", "NOT", "AND", "SELECT", "ORDER BY"};
    const auto at = pieces.begin() + static_cast<std::ptrdiff_t>(Below(pieces.size()));
    switch (Below(5)) {
      case 0: pieces.erase(at); return;
      case 1: pieces.insert(at, *at); return;
      case 2: std::iter_swap(at, pieces.begin() + static_cast<std::ptrdiff_t>(Below(pieces.size()))); return;
      case 3: pieces.insert(at, kOdd[Below(std::size(kOdd))]); return;
      default: {
        const std::vector<std::string> other = Pieces(statements_[Below(statements_.size())]);
        *at = other[Below(other.size())];
      }
    }
  }

  std::vector<std::string> statements_;
  std::mt19937 random_{20240229};
};

// DVT_SQL_MUTATIONS says how many, for a longer search.
TEST(Robustness, MutatedStatements) {
  Mutator mutator(Statements());
  const char* many = std::getenv("DVT_SQL_MUTATIONS");
  const int count = many != nullptr ? std::atoi(many) : 2500;
  int read_well = 0;
  for (int i = 0; i < count; ++i) {
    const std::string sql = mutator.Next();
    const Dialect* read = AllDialects()[mutator.Below(AllDialects().size())];
    const Dialect* write = AllDialects()[mutator.Below(AllDialects().size())];
    read_well += ParseAny(sql, *read).has_value();
    EXPECT_EQ(CheckRoundTrip(sql, *read), "") << read->name << ": " << sql;
    EXPECT_EQ(CheckAnswers(sql, {read, write}), "") << read->name << " to " << write->name << ": " << sql;
  }
  // Enough of them still are SQL, so that more than the error paths are tried.
  EXPECT_GT(read_well, count / 10);
  RecordProperty("read", read_well);
}

}  // namespace
}  // namespace dvt::sql
