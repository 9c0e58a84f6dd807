#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

/// What templates of one run put into `graph` beside the project's resources (packages keep their notes there from node to node). Every
/// context works on a copy of its own, so that threads do not share containers; when it ends, what it changed is merged: keys of dicts
/// each by itself, what was appended to lists after what others appended, else the last one wins. Thread-safe.
class GraphAdditions {
 public:
  /// A deep copy of the containers; functions and macros, which belong to their context, are left out.
  Object Copy() const;
  /// `before` is what Copy gave (twice: one to change, one to compare with), `after` what became of it.
  void Merge(const Object& before, const Object& after);

 private:
  mutable std::mutex mutex_;
  Object entries_ = Object::MakeDict();
};

/// A context's `graph`: resources and copies of the additions; given back when it is destroyed.
class GraphLoan {
 public:
  /// `resources` is a dict; it gets the additions.
  GraphLoan(std::shared_ptr<GraphAdditions> additions, Object resources);
  ~GraphLoan();
  GraphLoan(const GraphLoan&) = delete;
  GraphLoan& operator=(const GraphLoan&) = delete;

 private:
  std::shared_ptr<GraphAdditions> additions_;
  Object graph_;
  Object before_;
  std::set<std::string> resources_;  ///< keys of the project's own
};

}  // namespace dvt::tmpl
