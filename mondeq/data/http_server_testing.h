// A web server on this machine that answers as tests want it to.
#ifndef MONDEQ_DATA_HTTP_SERVER_TESTING_H_
#define MONDEQ_DATA_HTTP_SERVER_TESTING_H_

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mondeq {

// How a request is answered.
struct HttpAnswer {
  std::string body;
  int status = 200;
  // Whether a part of the body is sent where one is asked for.
  bool ranges = true;
  // The connection is closed after so many bytes of what was to be sent, or nothing more is sent.
  std::size_t most = std::string::npos;
  bool stall = false;
  // Whether the body comes again and again without an end.
  bool endless = false;
  // Where a redirection leads.
  std::string location = "";
};

class HttpServer {
 public:
  HttpServer();
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // "http://127.0.0.1:PORT" and the path.
  std::string Url(const std::string& path = "") const;
  // The answers to the requests for a path, one after the other, the last for all others; without
  // any it is not found.
  void Answer(const std::string& path, std::vector<HttpAnswer> answers);
  // What has been asked for: "/a.bin", or "/a.bin from 600".
  std::vector<std::string> requests();

 private:
  void Serve();
  void Respond(int connection);
  HttpAnswer Next(const std::string& path);

  int socket_ = -1, port_ = 0;
  std::mutex mutex_;
  std::map<std::string, std::vector<HttpAnswer>> answers_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace mondeq

#endif  // MONDEQ_DATA_HTTP_SERVER_TESTING_H_
