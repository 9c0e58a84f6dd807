#include "dvt/connectors/postgres/numeric_wire.h"

#include <algorithm>
#include <array>

#include "dvt/connectors/postgres/byte_order.h"

namespace dvt::connectors::postgres {

using columnar::Int128;
using UInt128 = unsigned __int128;

namespace {

constexpr uint16_t kPositive = 0x0000, kNegative = 0x4000, kNan = 0xC000, kInfinity = 0xD000, kMinusInfinity = 0xF000;

constexpr auto kPowers = [] {
  std::array<Int128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

struct Header {
  int digits;
  int weight;
  bool negative;
};

NumericFault ReadHeader(const uint8_t* bytes, int32_t length, Header& out) {
  if (length < 8) return NumericFault::kMalformed;
  out.digits = LoadBig16(bytes);
  out.weight = static_cast<int16_t>(LoadBig16(bytes + 2));
  const uint16_t sign = LoadBig16(bytes + 4);
  out.negative = sign == kNegative;
  if (sign != kPositive && sign != kNegative) {
    if (sign == kNan) return NumericFault::kNotANumber;
    return sign == kInfinity || sign == kMinusInfinity ? NumericFault::kInfinite : NumericFault::kMalformed;
  }
  return length == 8 + 2 * out.digits ? NumericFault::kNone : NumericFault::kMalformed;
}

}  // namespace

Int128 PowerOfTen(int exponent) { return kPowers[static_cast<size_t>(exponent)]; }

NumericFault DecodeNumeric(const uint8_t* bytes, int32_t length, int precision, int scale, Int128& out) {
  Header header;
  if (const auto fault = ReadHeader(bytes, length, header); fault != NumericFault::kNone) return fault;
  out = 0;
  if (header.digits == 0) return NumericFault::kNone;
  const uint8_t* digit = bytes + 8;
  UInt128 value = 0;
  // The last base-10000 digit counts 10000^(weight - digits + 1); `shift` brings it to the wanted scale.
  int shift = (header.weight - header.digits + 1) * 4 + scale;
  int used = header.digits;
  while (used > 1 && LoadBig16(digit + 2 * (used - 1)) == 0) {  // trailing zeros carry nothing
    --used;
    shift += 4;
  }
  // A last digit that reaches beyond the scale is split: its tail must be zeros.
  const bool split = shift < 0;
  if (shift <= -4) return NumericFault::kTooFine;  // that digit is not zero
  const int whole = split ? used - 1 : used;
  if (whole <= 4) {
    uint64_t small = 0;
    for (int i = 0; i < whole; ++i) small = small * 10'000 + LoadBig16(digit + 2 * i);
    value = small;
  } else {
    const UInt128 limit = (~UInt128{0} - 9'999) / 10'000;
    for (int i = 0; i < whole; ++i) {
      if (value > limit) return NumericFault::kTooLarge;
      value = value * 10'000 + LoadBig16(digit + 2 * i);
    }
  }
  if (value == 0 && !split) return NumericFault::kNone;
  const int factor = split ? 4 + shift : shift;
  if (factor > 38 || value > static_cast<UInt128>(kPowers[38]) / static_cast<UInt128>(kPowers[static_cast<size_t>(factor)])) {
    return NumericFault::kTooLarge;
  }
  value *= static_cast<UInt128>(kPowers[static_cast<size_t>(factor)]);
  if (split) {
    const unsigned last = LoadBig16(digit + 2 * whole);
    const auto divisor = static_cast<unsigned>(kPowers[static_cast<size_t>(-shift)]);
    if (last % divisor != 0) return NumericFault::kTooFine;
    value += last / divisor;
  }
  if (value >= static_cast<UInt128>(kPowers[static_cast<size_t>(precision)])) return NumericFault::kTooLarge;
  out = header.negative ? -static_cast<Int128>(value) : static_cast<Int128>(value);
  return NumericFault::kNone;
}

bool AppendNumericText(const uint8_t* bytes, int32_t length, std::string& out) {
  Header header;
  const auto fault = ReadHeader(bytes, length, header);
  if (fault == NumericFault::kMalformed) return false;
  if (fault != NumericFault::kNone) {
    const uint16_t sign = LoadBig16(bytes + 4);
    out += sign == kNan ? "NaN" : sign == kInfinity ? "Infinity" : "-Infinity";
    return true;
  }
  const int decimals = LoadBig16(bytes + 6);
  // The group that counts 10000^weight; what is not sent is zero.
  const auto group = [&](int weight) {
    return weight > header.weight || header.weight - weight >= header.digits
               ? 0u
               : static_cast<unsigned>(LoadBig16(bytes + 8 + 2 * (header.weight - weight)));
  };
  std::string text;
  for (int weight = std::max(header.weight, 0); weight >= 0; --weight) {
    const std::string digits = std::to_string(group(weight));
    if (!text.empty()) text.append(4 - std::min<size_t>(4, digits.size()), '0');
    if (!text.empty() || weight == 0 || digits != "0") text += digits;
  }
  if (decimals > 0) text += '.';
  for (int written = 0, weight = -1; written < decimals; written += 4, --weight) {
    const std::string digits = std::to_string(10'000 + group(weight)).substr(1);
    text += digits.substr(0, static_cast<size_t>(std::min(4, decimals - written)));
  }
  if (header.negative) out += '-';
  out += text;
  return true;
}

namespace {

// An unsigned 256-bit number, least significant word first.
struct Wide {
  uint64_t words[4] = {0, 0, 0, 0};

  bool MultiplyAdd(uint64_t factor, uint64_t add) {
    UInt128 carry = add;
    for (auto& word : words) {
      carry += static_cast<UInt128>(word) * factor;
      word = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
    return carry == 0 && (words[3] >> 63) == 0;
  }
  void Negate() {
    UInt128 carry = 1;
    for (auto& word : words) {
      carry += static_cast<uint64_t>(~word);
      word = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
  }
  bool AtLeast(const Wide& other) const {
    for (int i = 3; i >= 0; --i) {
      if (words[i] != other.words[i]) return words[i] > other.words[i];
    }
    return true;
  }
};

}  // namespace

NumericFault DecodeNumeric256(const uint8_t* bytes, int32_t length, int precision, int scale, uint8_t out[32]) {
  Header header;
  if (const auto fault = ReadHeader(bytes, length, header); fault != NumericFault::kNone) return fault;
  Wide value;
  int used = header.digits;
  while (used > 0 && LoadBig16(bytes + 8 + 2 * (used - 1)) == 0) --used;
  int shift = (header.weight - used + 1) * 4 + scale;
  if (used == 0) shift = 0;
  if (shift <= -4) return NumericFault::kTooFine;
  const int whole = shift < 0 ? used - 1 : used;
  for (int i = 0; i < whole; ++i) {
    if (!value.MultiplyAdd(10'000, LoadBig16(bytes + 8 + 2 * i))) return NumericFault::kTooLarge;
  }
  if (shift < 0) {
    const unsigned last = LoadBig16(bytes + 8 + 2 * whole);
    const auto divisor = static_cast<unsigned>(kPowers[static_cast<size_t>(-shift)]);
    if (last % divisor != 0) return NumericFault::kTooFine;
    if (!value.MultiplyAdd(10'000 / divisor, last / divisor)) return NumericFault::kTooLarge;
  }
  for (; shift > 0; --shift) {
    if (!value.MultiplyAdd(10, 0)) return NumericFault::kTooLarge;
  }
  Wide limit;
  limit.words[0] = 1;
  for (int i = 0; i < precision; ++i) limit.MultiplyAdd(10, 0);
  if (value.AtLeast(limit)) return NumericFault::kTooLarge;
  if (header.negative) value.Negate();
  std::memcpy(out, value.words, 32);
  return NumericFault::kNone;
}

namespace {

int WriteNumeric(const uint16_t* digits, int count, int weight, bool negative, int display_scale, uint8_t* out) {
  int first = 0;
  while (first < count && digits[first] == 0) {
    ++first;
    --weight;
  }
  while (count > first && digits[count - 1] == 0) --count;
  const int used = count - first;
  uint8_t* p = StoreBig16(out, static_cast<uint16_t>(used));
  p = StoreBig16(p, static_cast<uint16_t>(used == 0 ? 0 : weight));
  p = StoreBig16(p, used != 0 && negative ? kNegative : kPositive);
  p = StoreBig16(p, static_cast<uint16_t>(std::max(0, display_scale)));
  for (int i = first; i < count; ++i) p = StoreBig16(p, digits[i]);
  return static_cast<int>(p - out);
}

}  // namespace

int EncodeNumeric(Int128 unscaled, int scale, uint8_t* out) {
  const bool negative = unscaled < 0;
  UInt128 magnitude = negative ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  uint16_t digits[24];  // filled from the end
  int at = 24, fraction_digits = 0;
  const int whole_scale = std::max(scale, 0);
  // The lowest base-10000 digit may hold fewer than four of the scale's decimals.
  int lead = whole_scale % 4;
  if (lead != 0) {
    const auto divisor = static_cast<unsigned>(kPowers[static_cast<size_t>(lead)]);
    const auto low = static_cast<unsigned>(magnitude % divisor);
    magnitude /= divisor;
    digits[--at] = static_cast<uint16_t>(low * static_cast<unsigned>(kPowers[static_cast<size_t>(4 - lead)]));
    ++fraction_digits;
  }
  fraction_digits += whole_scale / 4;
  while (magnitude > UINT64_MAX) {
    digits[--at] = static_cast<uint16_t>(magnitude % 10'000);
    magnitude /= 10'000;
  }
  for (auto rest = static_cast<uint64_t>(magnitude); rest != 0; rest /= 10'000)
    digits[--at] = static_cast<uint16_t>(rest % 10'000);
  const int count = 24 - at;
  return WriteNumeric(digits + at, count, count - fraction_digits - 1, negative, whole_scale, out);
}

std::string EncodeNumericText(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  std::string whole(text.substr(0, point));
  std::string fraction(point < text.size() ? text.substr(point + 1) : std::string_view());
  const int display_scale = static_cast<int>(fraction.size());
  whole.insert(0, (4 - whole.size() % 4) % 4, '0');
  fraction.append((4 - fraction.size() % 4) % 4, '0');
  std::vector<uint16_t> digits;
  const std::string all = whole + fraction;
  for (size_t i = 0; i < all.size(); i += 4) digits.push_back(static_cast<uint16_t>(std::stoi(all.substr(i, 4))));
  std::string out(8 + 2 * digits.size(), '\0');
  const int weight = static_cast<int>(whole.size() / 4) - 1;
  const int used = WriteNumeric(digits.data(), static_cast<int>(digits.size()), weight, negative, display_scale,
                                reinterpret_cast<uint8_t*>(out.data()));
  out.resize(static_cast<size_t>(used));
  return out;
}

}  // namespace dvt::connectors::postgres
