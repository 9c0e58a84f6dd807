#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/graph/dag/dag.h"

namespace dvt::graph {

/// Hands out the selected nodes of a run in dependency order to many workers. Unselected nodes between selected ones keep the
/// order but are never handed out. Thread-safe.
class ReadyQueue {
 public:
  enum class Outcome {
    kSuccess,  ///< children may run
    kFailed,   ///< everything downstream is skipped
    kSkipped,  ///< as kFailed, for a node that was handed out and then left undone
  };
  struct Skipped {
    std::string id;
    std::string because_of;  ///< the node that failed
  };
  struct Options {
    /// `build`: a test whose parents are all at or above a node runs before that node's children, and its failure skips them; a unit
    /// test's failure skips its model. Unit tests always run before their model, once what the model reads is there.
    bool tests_block_children = false;
  };

  ReadyQueue(const Dag& dag, const model::Manifest& manifest, const std::vector<std::string>& selected, Options options);

  /// The next runnable node, those with the most downstream work first; waits for one. nullopt when all is handed out and
  /// nothing can follow, or on stop.
  std::optional<std::string> Next(std::stop_token stop);
  /// As Next, without waiting.
  std::optional<std::string> TryNext();
  /// Says how a handed-out node ended; returns the nodes that are skipped because of it, in topological order. They count as
  /// finished.
  std::vector<Skipped> Finish(const std::string& id, Outcome outcome);
  /// Nothing more is handed out (fail-fast); returns what had not been started, in topological order.
  std::vector<std::string> Abandon();

  int total() const { return total_; }
  int remaining() const;  ///< selected nodes that are neither finished nor skipped

 private:
  struct State {
    bool selected = false;
    bool done = false;
    bool started = false;
    int waiting = 0;   // unfinished predecessors
    int priority = 0;  // number of selected nodes downstream by longest path
    std::vector<int> successors;
  };
  void AddTestEdges(const model::Manifest& manifest);
  void PlaceUnitTests(const model::Manifest& manifest, bool block_models);
  void Release(int vertex);  // all predecessors are done
  void Complete(int vertex);
  std::optional<std::string> TakeLocked();

  const Dag& dag_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<State> states_;
  std::set<std::pair<int, int>> ready_;  // (-priority, position in topological order)
  std::vector<int> position_;
  int total_ = 0;
  int finished_ = 0;
  int running_ = 0;
  bool abandoned_ = false;
};

}  // namespace dvt::graph
