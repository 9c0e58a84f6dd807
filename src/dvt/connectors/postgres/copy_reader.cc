#include "dvt/connectors/postgres/copy_reader.h"

#include <fmt/format.h>

#include <utility>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/connectors/postgres/byte_order.h"
#include "dvt/connectors/postgres/wire_decode.h"

namespace dvt::connectors::postgres {

namespace {

constexpr size_t kBatchBytes = 8 << 20;     // a batch ends early when its values exceed this
constexpr size_t kLargeMessage = 64 << 10;  // what most messages are below; larger rows are checked against it one by one
constexpr size_t kRawChunk = 128 << 10;

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
        if (stop_.stop_requested() || PQconsumeInput(connection_.raw()) == 0 || (got = Take(into, room)) == 0) {
          if (auto waited = connection_.WaitForInput(stop_); !waited) return Failed(std::move(waited).error());
          got = Take(into, room);
        }
      }
      room *= 2;
    } while (got > 0 &&
             static_cast<size_t>(got) == room / 2);  // perhaps not the whole of it; what follows may also be the next one
    if (into.size() > begin) return into.size() - begin;
    if (auto drained = connection_.Drain(stop_); !drained) return Failed(std::move(drained).error());
    std::exchange(release_, nullptr)(true);
    return size_t{0};
  }

  Error Failed(Error error) {
    if (release_ != nullptr) std::exchange(release_, nullptr)(false);
    if (request_.described.empty()) return error;
    return std::move(error).Within(request_.described);
  }

  Connection& connection() { return connection_; }
  const CopyRequest& request() const { return request_; }

 private:
  // Of the next message as many bytes as fit into `room`: PQgetCopyData would allocate each. 0: more must come first; -1: no more comes.
  int Take(columnar::GrowBuffer& into, size_t room) {
    const size_t size = into.size();
    into.Reserve(size + room);
    const int got = PQgetlineAsync(connection_.raw(), reinterpret_cast<char*>(into.data() + size), static_cast<int>(room));
    if (got > 0) into.Resize(size + static_cast<size_t>(got));
    return got;
  }

  Connection& connection_;
  CopyRequest request_;
  std::stop_token stop_;
  ReleaseConnection release_;
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

class CopyRawStream : public RawStream {
 public:
  explicit CopyRawStream(std::unique_ptr<CopyOut> copy) : copy_(std::move(copy)) {
    chunk_.Reserve(kRawChunk + 2 * kLargeMessage);
  }

  Result<std::string_view> Next() override {
    chunk_.Clear();
    size_t begin = 0;
    while (!ended_ && chunk_.size() < kRawChunk) {
      DVT_ASSIGN(const size_t size, copy_->Read(chunk_));
      if (size == 0) {
        ended_ = true;
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
      const int64_t whole = CountTuples(message + header, message + size);
      if (whole < 0) return copy_->Failed(Error(ErrorCode::kData, "the server's COPY data are damaged"));
      chunk_.Resize(chunk_.size() - size + static_cast<size_t>(header + whole));
    }
    return std::string_view(reinterpret_cast<const char*>(chunk_.data()) + begin, chunk_.size() - begin);
  }

  int64_t rows() const override { return rows_; }

 private:
  // Walks the tuples and returns the bytes before the trailer, or -1.
  int64_t CountTuples(const uint8_t* begin, const uint8_t* end) {
    const uint8_t* at = begin;
    while (at < end) {
      if (end - at < 2) return -1;
      const auto fields = static_cast<int16_t>(LoadBig16(at));
      if (fields == -1) return at - begin;
      at += 2;
      for (int i = 0; i < fields; ++i) {
        if (end - at < 4) return -1;
        const auto size = static_cast<int32_t>(LoadBig32(at));
        at += 4;
        if (size > 0) {
          if (end - at < size) return -1;
          at += size;
        }
      }
      ++rows_;
    }
    return at - begin;
  }

  std::unique_ptr<CopyOut> copy_;
  columnar::GrowBuffer chunk_;
  int64_t rows_ = 0;
  bool header_seen_ = false;
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
