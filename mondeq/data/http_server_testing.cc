#include "mondeq/data/http_server_testing.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// Returns whether the reader took all of it.
bool Send(int connection, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string ReadRequest(int connection) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = recv(connection, buffer, sizeof(buffer), 0);
    if (count <= 0) break;
    request.append(buffer, static_cast<std::size_t>(count));
  }
  return request;
}

// The first byte asked for.
std::size_t RangeBegin(const std::string& request) {
  constexpr char kRange[] = "Range: bytes=";
  const std::size_t at = request.find(kRange);
  if (at == std::string::npos) return 0;
  const std::size_t begin = at + sizeof(kRange) - 1;
  std::size_t value = 0;
  MONDEQ_CHECK(absl::SimpleAtoi(request.substr(begin, request.find('-', begin) - begin), &value));
  return value;
}

}  // namespace

HttpServer::HttpServer() {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  MONDEQ_CHECK(bind(socket_, any, size) == 0 && listen(socket_, 16) == 0 &&
               getsockname(socket_, any, &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

HttpServer::~HttpServer() {
  shutdown(socket_, SHUT_RDWR);  // accept() returns
  thread_.join();
  close(socket_);
}

std::string HttpServer::Url(const std::string& path) const {
  return absl::StrCat("http://127.0.0.1:", port_, path);
}

void HttpServer::Answer(const std::string& path, std::vector<HttpAnswer> answers) {
  const std::lock_guard<std::mutex> lock(mutex_);
  answers_[path] = std::move(answers);
}

std::vector<std::string> HttpServer::requests() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

void HttpServer::Serve() {
  for (;;) {
    const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    Respond(connection);
    close(connection);
  }
}

HttpAnswer HttpServer::Next(const std::string& path) {
  std::vector<HttpAnswer>& answers = answers_[path];
  if (answers.empty()) return {"nothing here", 404};
  HttpAnswer answer = answers.front();
  if (answers.size() > 1) answers.erase(answers.begin());
  return answer;
}

void HttpServer::Respond(int connection) {
  const std::string request = ReadRequest(connection);
  const std::size_t begin = request.find(' ') + 1;
  const std::string path = request.substr(begin, request.find(' ', begin) - begin);
  std::size_t from = RangeBegin(request);
  HttpAnswer answer;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    requests_.push_back(from > 0 ? absl::StrCat(path, " from ", from) : path);
    answer = Next(path);
  }
  if (!answer.ranges || answer.status != 200) from = 0;
  if (from > 0 && from >= answer.body.size()) answer = {"", 416};
  if (from > 0 && answer.status == 200) answer.status = 206;
  const std::size_t size = answer.body.size();
  std::string head = absl::StrCat("HTTP/1.1 ", answer.status, " x\r\nConnection: close\r\n");
  if (!answer.location.empty()) absl::StrAppend(&head, "Location: ", answer.location, "\r\n");
  if (answer.status == 206) {
    absl::StrAppend(&head, "Content-Range: bytes ", from, "-", size - 1, "/", size, "\r\n");
  }
  if (answer.status == 416) from = 0;
  const std::string body = answer.body.substr(std::min(from, size));
  if (!answer.endless) absl::StrAppend(&head, "Content-Length: ", body.size(), "\r\n");
  if (!Send(connection, head + "\r\n")) return;
  while (Send(connection, absl::string_view(body).substr(0, answer.most)) && answer.endless) {
  }
  char byte;
  // Until the reader has enough of it.
  if (answer.stall) recv(connection, &byte, 1, 0);
}

}  // namespace mondeq
