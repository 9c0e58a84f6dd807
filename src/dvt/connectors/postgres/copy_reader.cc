#include "dvt/connectors/postgres/copy_reader.h"

#include <fmt/format.h>

#include <cstdlib>
#include <optional>
#include <utility>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/connectors/postgres/byte_order.h"
#include "dvt/connectors/postgres/wire_decode.h"

namespace dvt::connectors::postgres {

namespace {

constexpr size_t kBatchBytes = 8 << 20;     // a batch ends early when its values exceed this
constexpr size_t kLargeMessage = 64 << 10;  // what most messages are below; larger rows are checked against it one by one
constexpr size_t kRawChunk = 128 << 10;
constexpr size_t kReadAhead = 48 << 10;  // of bytes that came: libpq's memory for them is let grow to at most twice as much
constexpr size_t kFullRead = 12 << 10;   // so much at once almost fills libpq's memory as it is at first

// A running COPY … TO STDOUT: hands out its messages and ends it properly whatever happens.
class CopyOut {
 public:
  CopyOut(Connection& connection, CopyRequest request, std::stop_token stop, ReleaseConnection release)
      : connection_(connection), request_(std::move(request)), stop_(std::move(stop)), release_(std::move(release)) {}
  ~CopyOut() {
    if (release_ != nullptr) release_(false);
  }
  CopyOut(const CopyOut&) = delete;
  CopyOut& operator=(const CopyOut&) = delete;

  Status Start() {
    auto result = connection_.Start(request_.before + "COPY (" + request_.sql + "\n) TO STDOUT (FORMAT binary)", stop_);
    if (!result) return Failed(std::move(result).error());
    if (*result == nullptr || PQresultStatus(result->get()) != PGRES_COPY_OUT) {
      return Failed(Error(ErrorCode::kInternal, "COPY did not begin"));
    }
    return {};
  }

  /// Appends the next message, and returns how many bytes that are; 0 at the end.
  Result<size_t> Read(columnar::GrowBuffer& into) {
    if (release_ == nullptr) return size_t{0};
    const size_t begin = into.size();
    int got = 0;
    size_t room = kLargeMessage;
    do {
      got = Take(into, room);
      while (got == 0 && into.size() == begin) {
        // Input is often there already: reading before polling saves a system call.
        if (stop_.stop_requested() || !Refill() || (got = Take(into, room)) == 0) {
          if (auto waited = connection_.WaitForInput(stop_); !waited) return Failed(std::move(waited).error());
          got = Take(into, room);
        }
      }
      room *= 2;
    } while (got > 0 &&
             static_cast<size_t>(got) == room / 2);  // perhaps not the whole of it; what follows may also be the next one
    if (into.size() > begin) return into.size() - begin;
    DVT_TRY(End());
    return size_t{0};
  }

  /// How many rows the server says it sent; nothing before the end, or if it does not say.
  std::optional<int64_t> rows() const { return rows_; }

  Error Failed(Error error) {
    if (release_ != nullptr) std::exchange(release_, nullptr)(false);
    if (request_.described.empty()) return error;
    return std::move(error).Within(request_.described);
  }

  Connection& connection() { return connection_; }
  const CopyRequest& request() const { return request_; }

 private:
  Status End() {
    for (;;) {
      auto result = connection_.NextResult(stop_);
      if (!result) return Failed(std::move(result).error());
      if (*result == nullptr) break;
      if (PQresultStatus(result->get()) != PGRES_COMMAND_OK) {
        Error error = connection_.Failure(result->get());
        (void)connection_.Drain(stop_);
        return Failed(std::move(error));
      }
      const std::string_view count = PQcmdTuples(result->get());
      if (!count.empty()) rows_ = std::atoll(count.data());
    }
    std::exchange(release_, nullptr)(true);
    return {};
  }

  // Of the next message as many bytes as fit into `room`: PQgetCopyData would allocate each. 0: more must come first; -1: no more comes.
  int Take(columnar::GrowBuffer& into, size_t room) {
    const size_t size = into.size();
    into.Reserve(size + room);
    const int got = PQgetlineAsync(connection_.raw(), reinterpret_cast<char*>(into.data() + size), static_cast<int>(room));
    if (got > 0) into.Resize(size + static_cast<size_t>(got));
    if (got > 0) taken_ += static_cast<size_t>(got);
    return got;
  }

  // libpq reads 16 KB at a time, unless it is asked again before what came was taken: then it makes room for more. Larger reads are worth
  // it where the server is ahead, as each tells it of new room in the socket, and it sends on at once.
  bool Refill() {
    const bool more = taken_ >= kFullRead && taken_ < kReadAhead;
    taken_ = 0;
    return PQconsumeInput(connection_.raw()) != 0 && (!more || PQconsumeInput(connection_.raw()) != 0);
  }

  Connection& connection_;
  CopyRequest request_;
  std::stop_token stop_;
  ReleaseConnection release_;
  size_t taken_ = 0;  // bytes since the last Refill
  std::optional<int64_t> rows_;
};

class CopySource : public columnar::BatchSource {
 public:
  CopySource(std::unique_ptr<CopyOut> copy, columnar::Fields fields)
      : copy_(std::move(copy)), decoder_(fields, copy_->connection().unchecked_text()), builder_(std::move(fields)) {}

  const columnar::Fields& fields() const override { return builder_.fields(); }

  Result<columnar::Array> Next() override {
    const int64_t most = std::max<int64_t>(1, copy_->request().batch_rows);
    int64_t rows = 0;
    while (!ended_ && rows < most) {
      message_.Clear();
      DVT_ASSIGN(const size_t size, copy_->Read(message_));
      if (size == 0) {
        ended_ = true;
        break;
      }
      switch (decoder_.DecodeMessage(message_.data(), size, builder_)) {
        case TupleDecoder::Outcome::kTuples: ++rows; break;
        case TupleDecoder::Outcome::kEnd: break;  // the end of COPY itself follows
        case TupleDecoder::Outcome::kFault: return copy_->Failed(decoder_.TakeFault());
      }
      if ((rows % 64 == 0 || size > kLargeMessage) && builder_.bytes() > kBatchBytes) break;
    }
    if (builder_.rows() == 0) return columnar::Array();
    return builder_.Finish();
  }

 private:
  std::unique_ptr<CopyOut> copy_;
  TupleDecoder decoder_;
  columnar::BatchBuilder builder_;
  columnar::GrowBuffer message_;
  bool ended_ = false;
};

// Servers send each tuple as a message of its own. Of every chunk the first message is walked through: where that is not so, all are.
class CopyRawStream : public RawStream {
 public:
  explicit CopyRawStream(std::unique_ptr<CopyOut> copy) : copy_(std::move(copy)) {
    chunk_.Reserve(kRawChunk + 2 * kLargeMessage);
  }

  Result<std::string_view> Next() override {
    chunk_.Clear();
    size_t begin = 0;
    bool walk = true;
    while (!ended_ && chunk_.size() < kRawChunk) {
      DVT_ASSIGN(const size_t size, copy_->Read(chunk_));
      if (size == 0) {
        ended_ = true;
        const auto sent = copy_->rows();
        if (sent && *sent != rows_) return Damaged();
        break;
      }
      const uint8_t* message = chunk_.data() + chunk_.size() - size;
      int64_t header = 0;
      if (!header_seen_) {
        header = CopyHeaderLength(message, size);
        if (header <= 0) return copy_->Failed(Error(ErrorCode::kData, "the server's COPY data have no binary header"));
        header_seen_ = true;
        begin = static_cast<size_t>(header);  // it comes first
      }
      const int64_t whole = CountTuples(message + header, message + size, walk || several_ || size >= kLargeMessage);
      if (whole < 0) return Damaged();
      walk = walk && whole == 0;  // until one has tuples
      chunk_.Resize(chunk_.size() - size + static_cast<size_t>(header + whole));
    }
    return std::string_view(reinterpret_cast<const char*>(chunk_.data()) + begin, chunk_.size() - begin);
  }

  int64_t rows() const override { return rows_; }

 private:
  Error Damaged() { return copy_->Failed(Error(ErrorCode::kData, "the server's COPY data are damaged")); }

  // Counts the tuples of a message and returns the bytes before the trailer, or -1.
  int64_t CountTuples(const uint8_t* begin, const uint8_t* end, bool walk) {
    const int64_t before = rows_;
    const uint8_t* at = begin;
    while (at < end) {
      if (end - at < 2) return -1;
      const auto fields = static_cast<int16_t>(LoadBig16(at));
      if (fields == -1) return at - begin;
      ++rows_;
      if (!walk) return end - begin;
      at = AfterTuple(at + 2, end, fields);
      if (at == nullptr) return -1;
    }
    several_ = several_ || rows_ > before + 1;
    return at - begin;
  }

  static const uint8_t* AfterTuple(const uint8_t* at, const uint8_t* end, int fields) {
    for (int i = 0; i < fields; ++i) {
      if (end - at < 4) return nullptr;
      const auto size = static_cast<int32_t>(LoadBig32(at));
      at += 4;
      if (size > 0) {
        if (end - at < size) return nullptr;
        at += size;
      }
    }
    return at;
  }

  std::unique_ptr<CopyOut> copy_;
  columnar::GrowBuffer chunk_;
  int64_t rows_ = 0;
  bool header_seen_ = false;
  bool several_ = false;  // tuples in a message
  bool ended_ = false;
};

class RowSource : public columnar::BatchSource {
 public:
  RowSource(Connection& connection, columnar::Fields fields, std::stop_token stop, ReleaseConnection release)
      : connection_(connection),
        stop_(std::move(stop)),
        release_(std::move(release)),
        decoder_(fields, connection.unchecked_text()),
        builder_(std::move(fields)) {}
  ~RowSource() override {
    if (release_ != nullptr) release_(false);
  }

  const columnar::Fields& fields() const override { return builder_.fields(); }

  Result<columnar::Array> Next() override {
    while (release_ != nullptr && builder_.rows() < 10'000) {
      auto next = connection_.NextResult(stop_);
      if (!next) return Failed(std::move(next).error());
      PGresult* row = next->get();
      if (row == nullptr) {
        std::exchange(release_, nullptr)(true);
        break;
      }
      const ExecStatusType status = PQresultStatus(row);
      if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) continue;
      if (status != PGRES_SINGLE_TUPLE) {
        Error error = connection_.Failure(row);
        (void)connection_.Drain(stop_);
        return Failed(std::move(error));
      }
      for (int i = 0; i < builder_.columns(); ++i) {
        const int length = PQgetisnull(row, 0, i) ? -1 : PQgetlength(row, 0, i);
        if (!decoder_.DecodeValue(i, reinterpret_cast<const uint8_t*>(PQgetvalue(row, 0, i)), length, builder_)) {
          return Failed(decoder_.TakeFault());
        }
      }
      if (builder_.rows() % 64 == 0 && builder_.bytes() > kBatchBytes) break;
    }
    if (builder_.rows() == 0) return columnar::Array();
    return builder_.Finish();
  }

 private:
  Error Failed(Error error) {
    if (release_ != nullptr) std::exchange(release_, nullptr)(false);
    return error;
  }

  Connection& connection_;
  std::stop_token stop_;
  ReleaseConnection release_;
  TupleDecoder decoder_;
  columnar::BatchBuilder builder_;
};

}  // namespace

Result<columnar::Stream> OpenCopyStream(Connection& connection, columnar::Fields fields, CopyRequest request,
                                        std::stop_token stop, ReleaseConnection release) {
  auto copy = std::make_unique<CopyOut>(connection, std::move(request), std::move(stop), std::move(release));
  DVT_TRY(copy->Start());
  return columnar::Stream(std::make_unique<CopySource>(std::move(copy), std::move(fields)));
}

Result<std::unique_ptr<RawStream>> OpenRawCopy(Connection& connection, CopyRequest request, std::stop_token stop,
                                               ReleaseConnection release) {
  auto copy = std::make_unique<CopyOut>(connection, std::move(request), std::move(stop), std::move(release));
  DVT_TRY(copy->Start());
  return std::unique_ptr<RawStream>(std::make_unique<CopyRawStream>(std::move(copy)));
}

Result<columnar::Stream> OpenRowStream(Connection& connection, columnar::Fields fields, std::stop_token stop,
                                       ReleaseConnection release) {
  auto source = std::make_unique<RowSource>(connection, std::move(fields), stop, std::move(release));
  if (PQsendQueryPrepared(connection.raw(), "", 0, nullptr, nullptr, nullptr, 1) != 1 ||
      PQsetSingleRowMode(connection.raw()) != 1) {
    return connection.Failure(nullptr);
  }
  DVT_TRY(connection.Flush(stop));
  return columnar::Stream(std::move(source));
}

}  // namespace dvt::connectors::postgres
