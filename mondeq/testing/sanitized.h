// MONDEQ_SANITIZED is defined where a sanitizer looks on: it has malloc for itself, and everything
// takes several times as long.
#ifndef MONDEQ_TESTING_SANITIZED_H_
#define MONDEQ_TESTING_SANITIZED_H_

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MONDEQ_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MONDEQ_SANITIZED 1
#endif
#endif

#endif  // MONDEQ_TESTING_SANITIZED_H_
