#pragma once
// Forward declarations of `base`: include this from headers that only name these types.

namespace dvt {

class Diagnostics;
class Error;
class ThreadPool;
class Value;
struct Diagnostic;
struct Place;
struct RetryPolicy;
template <class T>
class Result;
template <class T>
class BoundedQueue;

}  // namespace dvt
