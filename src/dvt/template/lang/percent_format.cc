#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "dvt/template/lang/format_internal.h"
#include "dvt/template/lang/ops.h"
#include "dvt/template/lang/template.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

/// One conversion of the % operator.
struct PercentSpec {
  bool minus = false, plus = false, space = false, zero = false, alternate = false;
  int64_t width = 0;
  int64_t precision = -1;
  char type = 's';
  std::optional<Object> keyed;  ///< the value, if the conversion names its key
};

std::string PercentNumber(const PercentSpec& spec, const Object& value) {
  RequireDefined(value);
  if (!value.is_number()) {
    RaiseType(std::string(spec.type == 'd' || spec.type == 'i' || spec.type == 'u'
                              ? fmt::format("%{} format: a real number is required, not {}", spec.type, value.TypeName())
                          : std::string("xXo").find(spec.type) != std::string::npos
                              ? fmt::format("%{} format: an integer is required, not {}", spec.type, value.TypeName())
                              : "must be real number, not " + value.TypeName()));
  }
  std::string digits;
  std::string prefix;
  bool negative = false;
  if (spec.type == 'd' || spec.type == 'i' || spec.type == 'u' || spec.type == 'x' || spec.type == 'X' || spec.type == 'o') {
    if (value.is_float() && (spec.type == 'x' || spec.type == 'X' || spec.type == 'o')) {
      RaiseType(fmt::format("%{} format: an integer is required, not float", spec.type));
    }
    int64_t whole = value.is_float() ? static_cast<int64_t>(value.as_float()) : value.as_int();
    negative = whole < 0;
    int base = spec.type == 'o' ? 8 : spec.type == 'x' || spec.type == 'X' ? 16 : 10;
    digits = IntDigits(Magnitude(whole), base, spec.type == 'X');
    if (spec.precision > static_cast<int64_t>(digits.size()))
      digits.insert(0, static_cast<size_t>(spec.precision) - digits.size(), '0');
    if (spec.alternate && base != 10) prefix = std::string("0") + spec.type;
  } else {
    double number = value.as_float();
    negative = std::signbit(number) && !std::isnan(number);
    if (std::isfinite(number)) {
      digits =
          FloatDigits(std::fabs(number), spec.type, spec.precision < 0 ? 6 : static_cast<int>(spec.precision), spec.alternate);
    } else {
      digits = std::isnan(number) ? "nan" : "inf";
    }
  }
  std::string sign = negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
  std::string head = sign + prefix;
  if (spec.zero && !spec.minus) {
    auto have = static_cast<int64_t>(head.size() + digits.size());
    if (spec.width > have) digits.insert(0, static_cast<size_t>(spec.width - have), '0');
  }
  return PadTo(head + digits, spec.width, spec.minus ? '<' : '>', " ");
}

std::string PercentOne(const PercentSpec& spec, const Object& value) {
  switch (spec.type) {
    case 's':
    case 'r':
    case 'a': {
      std::string text = spec.type == 's' ? value.Str() : value.Repr();
      if (spec.precision >= 0) text = text.substr(0, ByteOffset(text, spec.precision));
      return PadTo(std::move(text), spec.width, spec.minus ? '<' : '>', " ");
    }
    case 'c': {
      std::string text;
      if (value.is_string()) {
        if (CodePoints(value.as_string()) != 1) RaiseType("%c requires int or char");
        text = value.as_string();
      } else {
        AppendUtf8(text, static_cast<uint32_t>(RequireInt(value, "%c requires int or char")));
      }
      return PadTo(std::move(text), spec.width, spec.minus ? '<' : '>', " ");
    }
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G': return PercentNumber(spec, value);
    default: Raise(ErrorCode::kInvalidArgument, fmt::format("unsupported format character '{}'", spec.type));
  }
}

/// The values on the right of the % operator, handed out in order or by key.
class PercentValues {
 public:
  explicit PercentValues(const Object& values) : values_(values) {}

  Object Take() {
    if (values_.is_tuple()) {
      if (next_ >= values_.items().size()) RaiseType("not enough arguments for format string");
      return values_.items()[next_++];
    }
    if (next_++ > 0) RaiseType("not enough arguments for format string");
    return values_;
  }
  Object Keyed(std::string_view key) {
    if (!values_.is_dict()) RaiseType("format requires a mapping");
    const Object* found = values_.dict().Find(key);
    if (found == nullptr) Raise(ErrorCode::kNotFound, "KeyError: " + ReprString(key));
    used_mapping_ = true;
    return *found;
  }
  /// Every value of a tuple, and a single one, must have been taken; a mapping or list may stay.
  void RequireAllTaken() const {
    bool leftover = values_.is_tuple() ? next_ < values_.items().size()
                                       : next_ == 0 && !used_mapping_ && !values_.is_dict() && !values_.is_list();
    if (leftover && !values_.is_undefined()) RaiseType("not all arguments converted during string formatting");
  }

 private:
  const Object& values_;
  size_t next_ = 0;
  bool used_mapping_ = false;
};

/// Reads the plain text and the conversions of a % format in turn.
class PercentReader {
 public:
  PercentReader(std::string_view format, PercentValues& values) : format_(format), values_(values) {}

  bool AtEnd() const { return at_ >= format_.size(); }
  /// The text up to the next conversion.
  std::string_view Plain() {
    size_t from = at_;
    at_ = std::min(format_.find('%', from), format_.size());
    return format_.substr(from, at_ - from);
  }
  /// `%`, then perhaps `(key)`, flags, width, `.` precision and a length, and at last the type.
  PercentSpec Conversion() {
    PercentSpec spec;
    ++at_;
    Key(spec);
    Flags(spec);
    spec.width = Number();
    if (spec.width < 0) {
      spec.minus = true;
      spec.width = -spec.width;
    }
    if (Have('.')) {
      ++at_;
      spec.precision = std::min<int64_t>(Number(), 1000);
    }
    while (Have('l') || Have('h') || Have('L')) ++at_;
    if (AtEnd()) Raise(ErrorCode::kInvalidArgument, "incomplete format");
    spec.type = format_[at_++];
    return spec;
  }

 private:
  bool Have(char c) const { return at_ < format_.size() && format_[at_] == c; }

  void Key(PercentSpec& spec) {
    if (!Have('(')) return;
    size_t close = format_.find(')', at_);
    if (close == std::string_view::npos) Raise(ErrorCode::kInvalidArgument, "incomplete format key");
    spec.keyed = values_.Keyed(format_.substr(at_ + 1, close - at_ - 1));
    at_ = close + 1;
  }

  void Flags(PercentSpec& spec) {
    for (; !AtEnd(); ++at_) {
      switch (format_[at_]) {
        case '-': spec.minus = true; break;
        case '+': spec.plus = true; break;
        case ' ': spec.space = true; break;
        case '0': spec.zero = true; break;
        case '#': spec.alternate = true; break;
        default: return;
      }
    }
  }

  /// Digits, or a star that takes a value.
  int64_t Number() {
    if (Have('*')) {
      ++at_;
      return RequireInt(values_.Take(), "* wants int");
    }
    int64_t n = 0;
    for (; !AtEnd() && format_[at_] >= '0' && format_[at_] <= '9' && n < 100'000'000; ++at_) n = n * 10 + (format_[at_] - '0');
    return n;
  }

  std::string_view format_;
  PercentValues& values_;
  size_t at_ = 0;
};

}  // namespace

std::string PercentFormat(Context& context, std::string_view format, const Object& values) {
  std::string out;
  PercentValues taken(values);
  PercentReader reader(format, taken);
  while (true) {
    out += reader.Plain();
    if (reader.AtEnd()) break;
    PercentSpec spec = reader.Conversion();
    if (spec.type == '%') {
      out += '%';
      continue;
    }
    out += PercentOne(spec, spec.keyed ? *spec.keyed : taken.Take());
    CheckSize(context, out.size());
  }
  taken.RequireAllTaken();
  return out;
}

}  // namespace dvt::tmpl
