#include "dvt/graph/dag/ready_queue.h"

#include <algorithm>
#include <map>

namespace dvt::graph {

ReadyQueue::ReadyQueue(const Dag& dag, const model::Manifest& manifest, const std::vector<std::string>& selected, Options options)
    : dag_(dag), states_(static_cast<size_t>(dag.size())), position_(static_cast<size_t>(dag.size())) {
  for (const auto& id : selected) {
    const int vertex = dag.Find(id);
    if (vertex >= 0 && !states_[static_cast<size_t>(vertex)].selected) {
      states_[static_cast<size_t>(vertex)].selected = true;
      ++total_;
    }
  }
  for (size_t i = 0; i < dag.topological_order().size(); ++i)
    position_[static_cast<size_t>(dag.topological_order()[i])] = static_cast<int>(i);
  for (int v = 0; v < dag.size(); ++v) states_[static_cast<size_t>(v)].successors = dag.children(v);
  if (options.tests_block_children) AddTestEdges(manifest);
  PlaceUnitTests(manifest, options.tests_block_children);
  for (int v = 0; v < dag.size(); ++v) {
    for (const int next : states_[static_cast<size_t>(v)].successors) ++states_[static_cast<size_t>(next)].waiting;
  }
  // Longest selected path below, from the leaves up; test edges may point against the topological order only between a test and
  // models that come after its parents, so a second pass settles them.
  for (int pass = 0; pass < 2; ++pass) {
    for (auto v = dag.topological_order().rbegin(); v != dag.topological_order().rend(); ++v) {
      State& state = states_[static_cast<size_t>(*v)];
      int below = 0;
      for (const int next : state.successors) below = std::max(below, states_[static_cast<size_t>(next)].priority);
      state.priority = below + (state.selected ? 1 : 0);
    }
  }
  for (const int v : dag.topological_order()) {
    const State& state = states_[static_cast<size_t>(v)];
    if (state.waiting == 0 && !state.done && ready_.count({-state.priority, position_[static_cast<size_t>(v)]}) == 0) Release(v);
  }
}

// A selected test comes before every node that is downstream of all that the test reads.
void ReadyQueue::AddTestEdges(const model::Manifest& manifest) {
  std::map<int, std::set<int>> ancestors;  // of the children looked at so far
  for (const auto& [id, node] : manifest.nodes) {
    if (node.type != model::ResourceType::kTest) continue;
    const int test = dag_.Find(id);
    if (test < 0 || !states_[static_cast<size_t>(test)].selected) continue;
    std::set<int> children;
    for (const int parent : dag_.parents(test)) children.insert(dag_.children(parent).begin(), dag_.children(parent).end());
    for (const int child : children) {
      const model::Node* found = manifest.FindNode(dag_.id(child));
      const bool is_test =
          found != nullptr && (found->type == model::ResourceType::kTest || found->type == model::ResourceType::kUnitTest);
      if (is_test) continue;
      auto [above, added] = ancestors.try_emplace(child);
      if (added) {
        const auto up = dag_.Ancestors({child});
        above->second.insert(up.begin(), up.end());
      }
      const auto& parents = dag_.parents(test);
      const bool below_all =
          std::all_of(parents.begin(), parents.end(), [&](int parent) { return above->second.count(parent) > 0; });
      if (below_all) states_[static_cast<size_t>(test)].successors.push_back(child);
    }
  }
}

// A selected unit test waits for what its model waits for, and the model for it; the graph has them the other way round, as the test
// is about the model.
void ReadyQueue::PlaceUnitTests(const model::Manifest& manifest, bool block_models) {
  std::map<int, std::vector<int>> tests;  // by model
  for (const auto& [id, node] : manifest.unit_tests) {
    const int test = dag_.Find(id);
    if (test < 0) continue;
    for (const int parent : dag_.parents(test)) {
      std::erase(states_[static_cast<size_t>(parent)].successors, test);
      if (states_[static_cast<size_t>(test)].selected) tests[parent].push_back(test);
    }
  }
  if (!block_models) return;
  for (State& state : states_) {
    const std::vector<int> successors = state.successors;
    for (const int next : successors) {
      const auto found = tests.find(next);
      if (found == tests.end()) continue;
      state.successors.insert(state.successors.end(), found->second.begin(), found->second.end());
    }
  }
  for (const auto& [tested, its] : tests) {
    for (const int test : its) states_[static_cast<size_t>(test)].successors.push_back(tested);
  }
}

// Selected vertices become ready; others are passed through at once.
void ReadyQueue::Release(int vertex) {
  State& state = states_[static_cast<size_t>(vertex)];
  if (state.done || state.started) return;
  if (state.selected) {
    ready_.insert({-state.priority, position_[static_cast<size_t>(vertex)]});
    changed_.notify_one();
  } else {
    Complete(vertex);
  }
}

void ReadyQueue::Complete(int vertex) {
  std::vector<int> todo{vertex};
  while (!todo.empty()) {
    State& state = states_[static_cast<size_t>(todo.back())];
    todo.pop_back();
    if (state.done) continue;
    state.done = true;
    if (state.selected) ++finished_;
    for (const int next : state.successors) {
      State& successor = states_[static_cast<size_t>(next)];
      if (--successor.waiting > 0 || successor.done || successor.started) continue;
      if (successor.selected) {
        ready_.insert({-successor.priority, position_[static_cast<size_t>(next)]});
      } else {
        todo.push_back(next);
      }
    }
  }
  changed_.notify_all();
}

std::optional<std::string> ReadyQueue::TakeLocked() {
  if (abandoned_ || ready_.empty()) return std::nullopt;
  const int vertex = dag_.topological_order()[static_cast<size_t>(ready_.begin()->second)];
  ready_.erase(ready_.begin());
  states_[static_cast<size_t>(vertex)].started = true;
  ++running_;
  return dag_.id(vertex);
}

std::optional<std::string> ReadyQueue::Next(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] { return abandoned_ || !ready_.empty() || running_ == 0; });
  if (stop.stop_requested()) return std::nullopt;
  return TakeLocked();
}

std::optional<std::string> ReadyQueue::TryNext() {
  std::lock_guard lock(mutex_);
  return TakeLocked();
}

std::vector<ReadyQueue::Skipped> ReadyQueue::Finish(const std::string& id, Outcome outcome) {
  std::lock_guard lock(mutex_);
  const int vertex = dag_.Find(id);
  --running_;
  std::vector<Skipped> skipped;
  if (outcome != Outcome::kSuccess) {
    std::vector<int> todo{vertex};
    std::set<int> below;
    while (!todo.empty()) {
      const int v = todo.back();
      todo.pop_back();
      for (const int next : states_[static_cast<size_t>(v)].successors) {
        if (below.insert(position_[static_cast<size_t>(next)]).second) todo.push_back(next);
      }
    }
    for (const int position : below) {
      const int v = dag_.topological_order()[static_cast<size_t>(position)];
      State& state = states_[static_cast<size_t>(v)];
      if (!state.selected || state.done || state.started) continue;
      state.done = true;
      ready_.erase({-state.priority, position});
      ++finished_;
      skipped.push_back({dag_.id(v), id});
    }
  }
  Complete(vertex);
  return skipped;
}

std::vector<std::string> ReadyQueue::Abandon() {
  std::lock_guard lock(mutex_);
  abandoned_ = true;
  ready_.clear();
  std::vector<std::string> left;
  for (const int v : dag_.topological_order()) {
    State& state = states_[static_cast<size_t>(v)];
    if (!state.selected || state.done || state.started) continue;
    state.done = true;
    ++finished_;
    left.push_back(dag_.id(v));
  }
  changed_.notify_all();
  return left;
}

int ReadyQueue::remaining() const {
  std::lock_guard lock(mutex_);
  return total_ - finished_;
}

}  // namespace dvt::graph
