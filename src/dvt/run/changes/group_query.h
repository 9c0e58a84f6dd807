#pragma once

#include <stop_token>

#include "dvt/run/changes/hashed_query.h"
#include "dvt/run/changes/row_groups.h"

namespace dvt::run {

/// Whether the source can sum up the hashes of such groups.
bool SumsGroups(const HashedQuery& query);
/// What reads the sums of all groups.
connectors::ReadRequest GroupSumsRequest(const HashedQuery& query, const columnar::RowGrouping& grouping);
/// Asks the source for the sums of the groups and compares: a few rows for each group move.
Status ReadGroupSums(const HashedQuery& query, GroupComparison& groups, const TransferContext& context, FlowCounter& flow,
                     std::stop_token stop);
/// Keys and hashes of the rows of groups that differ into the sorter: by ranges of an indexed key, a bounded number at a time, else
/// by one scan.
Status ReadDifferingGroups(const HashedQuery& query, const GroupComparison& groups, const TransferContext& context,
                           FlowCounter& flow, RowSorter& sorter, std::stop_token stop);

}  // namespace dvt::run
