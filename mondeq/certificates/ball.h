// The norms that disturbances of an input are measured in.
#ifndef MONDEQ_CERTIFICATES_BALL_H_
#define MONDEQ_CERTIFICATES_BALL_H_

namespace mondeq {

enum class Ball { kL2, kLInf };
constexpr Ball kBalls[] = {Ball::kL2, Ball::kLInf};

inline const char* ToString(Ball ball) { return ball == Ball::kL2 ? "l2" : "linf"; }

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_BALL_H_
