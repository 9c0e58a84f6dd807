#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::run {

/// A connector that hands every call on to another one; what stands in front of it overrides some. A new virtual function of Connector
/// goes here too: its default would hide what the real one can do.
class WrappedConnector : public connectors::Connector {
 public:
  explicit WrappedConnector(std::shared_ptr<connectors::Connector> real) : real_(std::move(real)) {}

  const connectors::ConnectionConfig& config() const override { return real_->config(); }
  uint32_t capabilities() const override { return real_->capabilities(); }
  const sql::Dialect& dialect() const override { return real_->dialect(); }
  std::string default_database() const override { return real_->default_database(); }
  std::string default_schema() const override { return real_->default_schema(); }
  int max_identifier() const override { return real_->max_identifier(); }
  std::string identity() const override { return real_->identity(); }
  std::string place() const override { return real_->place(); }
  void Expect(int sessions) override { real_->Expect(sessions); }
  void ExpectSinks(int sinks) override { real_->ExpectSinks(sinks); }
  void ExpectReaders(int readers) override { real_->ExpectReaders(readers); }
  void Rest() override { real_->Rest(); }
  Result<std::string> TextOrder(std::stop_token stop) override { return real_->TextOrder(stop); }
  Result<sql::LetterCase> LetterCaseOf(const std::vector<columnar::RelationName>& relations, std::stop_token stop) override {
    return real_->LetterCaseOf(relations, stop);
  }
  Result<std::string> Test(std::stop_token stop) override { return real_->Test(stop); }
  Result<std::vector<columnar::RelationInfo>> ListRelations(const std::string& schema, std::stop_token stop) override {
    return real_->ListRelations(schema, stop);
  }
  Result<std::vector<std::string>> ListSchemas(std::stop_token stop) override { return real_->ListSchemas(stop); }
  Result<columnar::TableInfo> Describe(const columnar::RelationName& relation, std::stop_token stop) override {
    return real_->Describe(relation, stop);
  }
  Result<columnar::Fields> DescribeQuery(const std::string& sql, std::stop_token stop) override {
    return real_->DescribeQuery(sql, stop);
  }
  Result<std::shared_ptr<connectors::ReadScope>> BeginRead(std::stop_token stop) override { return real_->BeginRead(stop); }
  Result<std::shared_ptr<connectors::ReadScope>> BeginReadAt(const std::shared_ptr<connectors::ReadScope>& moment,
                                                             std::stop_token stop) override {
    return real_->BeginReadAt(moment, stop);
  }
  Result<connectors::ReadPlan> PlanRead(const connectors::ReadRequest& request,
                                        const std::shared_ptr<connectors::ReadScope>& scope, std::stop_token stop) override {
    return real_->PlanRead(request, scope, stop);
  }
  Result<columnar::Stream> Open(const connectors::ReadPlan& plan, int partition,
                                const std::shared_ptr<connectors::ReadScope>& scope, std::stop_token stop) override {
    return real_->Open(plan, partition, scope, stop);
  }
  Result<std::unique_ptr<connectors::RawStream>> OpenRaw(const connectors::ReadPlan& plan, int partition,
                                                         const std::shared_ptr<connectors::ReadScope>& scope,
                                                         std::stop_token stop) override {
    return real_->OpenRaw(plan, partition, scope, stop);
  }
  Result<std::unique_ptr<connectors::Session>> OpenSession(std::stop_token stop) override { return real_->OpenSession(stop); }
  Result<connectors::TransactionFate> FateOf(const std::string& transaction, std::stop_token stop) override {
    return real_->FateOf(transaction, stop);
  }
  Result<std::unique_ptr<connectors::Sink>> OpenSink(const connectors::SinkRequest& request, std::stop_token stop) override {
    return real_->OpenSink(request, stop);
  }
  Result<std::string> RawFormatOf(const columnar::RelationName& relation, const std::vector<std::string>& columns,
                                  std::stop_token stop) override {
    return real_->RawFormatOf(relation, columns, stop);
  }
  Result<std::string> TypeName(const columnar::DataType& type, std::string* loss) const override {
    return real_->TypeName(type, loss);
  }
  std::shared_ptr<const connectors::RowHasher> row_hasher() const override { return real_->row_hasher(); }
  std::string Quote(std::string_view identifier) const override { return real_->Quote(identifier); }
  std::string KeyTableName(const connectors::KeyTable& table) const override { return real_->KeyTableName(table); }
  std::string QuoteRelation(const columnar::RelationName& relation) const override { return real_->QuoteRelation(relation); }

 protected:
  connectors::Connector& real() { return *real_; }

 private:
  std::shared_ptr<connectors::Connector> real_;
};

/// The whole query of a request, by which a recording knows it again.
std::string WholeQuery(const connectors::Connector& connector, const connectors::ReadRequest& request);

}  // namespace dvt::run
