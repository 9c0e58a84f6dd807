#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// A `read` or `write` text of a function table, parsed once in its dialect and kept for ever. Null if the text does not parse, which a unit test
/// excludes for every row of every dialect. Thread-safe.
const Node* FunctionTemplate(const Dialect& dialect, std::string_view text);
/// The argument list of a `read` text without '='.
const Node* ArgumentTemplate(const Dialect& dialect, std::string_view text);

/// Whose time formats a template reads or writes. Without a dialect formats stay as they are.
struct FormatSide {
  const Dialect* dialect = nullptr;
  bool reading = false;  ///< into strftime's letters, else out of them
  bool same = false;     ///< read and written by one dialect
};

/// A copy of the template in `arena` in which ARG1 … are the arguments and ARGS those that follow the highest named one; an argument used twice is
/// cloned. In strings, interval units and EXTRACT fields ARGn becomes the word of that argument. Made nodes are appended to `made`. Words of templates:
/// UNIT(ARG1) the bare unit; FORMAT(ARG1) and PARSE_FORMAT(ARG1) a time format between the dialect's letters and strftime's, FORMAT(ARG1, 'joda') between
/// another alphabet's; INTERVAL_VALUE(ARG1) and INTERVAL_UNIT(ARG1) the parts of an interval; MOMENT(ARG1) a text literal as DATE or TIMESTAMP, STAMP(ARG1)
/// as TIMESTAMP; CASTED(ARG1, 'DATE') a cast unless it is that already; RAW(ARG1) the argument without a TS_OR_DS_TO_DATE around it; TIMES(ARG1, 7) a product, computed for numbers; INTEGER(ARG1) a cast to
/// BIGINT except for whole numbers; TEXTS(ARGS) and TEXTS_OR_EMPTY(ARGS) each argument as a text, PAIRS(ARG1, ARG2) the elements of two lists in turn;
/// KEY_PATH(ARG1) the JSON path of the key that a text names, POINTER(ARG1) the JSON pointer of '{a,1}'.
Node* Instantiate(Arena& arena, const Node* shape, std::span<Node* const> args, std::vector<Node*>& made,
                  const FormatSide& formats = {});
/// Whether the arguments fulfil a `when_read` or `when_write` of a function table. `type` gives an argument's type.
bool Fulfils(std::string_view condition, std::span<Node* const> args, const std::function<columnar::DataType(const Node*)>& type);

/// Words of templates that compute from their filled arguments, or nullptr if `word` is none: ANY_NULL(a, b) is a IS NULL OR b IS NULL;
/// ADD(a, 1) a sum, computed for numbers; SPAN(2, 5) the count of 2 … 5; NUMBERS_BEFORE(1, 5) is SEQUENCE(1, 4); PLAIN_NUMBER('2') is 2; JOINED(a, 'x') a text, joined for literals; SEED(RANDOM(1)) the seed; WHOLE(a) a cast to INT except for
/// whole numbers; CHANGED('ab', 'xb') the characters of one text that differ from the other's; JSON_ARROW(a, '$.b') is a -> '$.b'; JSON_PATH_OF('a[0]') is '$.a[0]' and
/// PLAIN_PATH_OF the way back; CHAINED_ARRAYS('f', a, b, c) is f(a, f(b, c)) without NULLs, CALL_OF_PAIRS('f', …) f of keys and values in turn, INTERVAL_OF('DAY', …) the interval of MAKE_INTERVAL, PARSED(a) PARSE_JSON(a)
/// of what is no JSON by its looks, OR_EMPTY_TEXT(ARGS) each argument or the empty text; HEX_VALUE('CC') the number that the digits say;
/// TEXT_LIST and TEXT_ARRAYS lists and single values as one list of texts (in the second NULL is an empty list); REST2(a, b, c) all but the first as a list;
/// DOTTED_PATH and BRACKET_PATH a JSON path with its keys as $."a b" and $['a b']; PARTS_OF(0.25) and PLACE_OF(0.25) are 4 and 1; UNCAST(CAST(a AS t)) is a;
/// ITEMS_OF([a, b]) the items of an array as arguments; FLAGGED_PATTERN(p, 'i') is CONCAT('(?i)', p).
Node* ApplyWord(Arena& arena, std::string_view word, std::span<Node* const> args, std::vector<Node*>& made);
/// Whether ApplyWord knows it.
bool IsTemplateWord(std::string_view word);

/// A number from 0 to 1 as a place among equal parts: 0.25 is 1 of 4. None beyond 100,000 parts.
std::optional<std::pair<int64_t, int64_t>> PortionOf(const Node* node);

/// The canonical name of a date part ("DAY", "ISOWEEK") as it is written in calls: a bare word, a string or an abbreviation (dd, mm, yyyy). Empty for
/// anything else.
std::string UnitWord(const Node* node);
/// The day ("MONDAY") with which the unit WEEK(day) begins, SUNDAY for WEEK alone; empty for other units.
std::string WeekDay(const Node* unit);
/// Whether a value is an array by its looks: [1, 2], ARRAY(1, 2), CAST(x AS ARRAY<INT>).
bool IsArray(const Node* value);

}  // namespace dvt::sql
