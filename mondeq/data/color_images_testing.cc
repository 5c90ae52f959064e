#include "mondeq/data/color_images_testing.h"

#include <zlib.h>

#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// Made by SciPy 1.17.1 and NumPy, then packed with zlib and written in base 64:
//   r, c, ch, i = numpy.ogrid[:32, :32, :3, :n]
//   h = ((r + 32 * c) % 37 + 37 * ch + 111 * i + phase) * 2654435761 % 2**32
//   X = ((h ^ h >> 15) * 2246822519 % 2**32 >> 24).astype(numpy.uint8)
//   y = (numpy.arange(n) % 10 + 1).astype(y_type).reshape(n, 1)
//   scipy.io.savemat(file, {"X": X, "y": y}, do_compression=compressed, format="5")
//   base64.b64encode(zlib.compress(file.getvalue(), 9))
// n = 12, phase = 1, y_type = numpy.float64, compressed = True
constexpr char kCompressed[] =
    "eNqdlfc/G+oXx5PWHqVWuVZsyq1cKwiNvYOYbcxQIqVSo0ZVUJRaMdLabWmMmkWl0eJ6XVTtUYLQqk3U6EVbzVX3m9z/"
    "4Pv8cn55Xud8nvfnnOfAjV3sjE1A2lfAILixy++BmJAAkGMIKjIQG35LH3QbG4GJUQOZhgegIgNugLCh+iA4NhRkj40C"
    "aWiC/tDTB0P0wVogDbCGDuD/OEBrON//wh02ACCmbHf4BCYUI9rzdRJsoWHmlL3gZiNQ4E+YSCIi8p+X6em31E7KmhC1"
    "AhfX3k8WNb40tQ6nrNUqoHM6HUMRaraaJlA69VS1u3kz1vvp7OEwXcYXLGrIxpa86mMAuziSINfncP/pyhnqpHFVqccH"
    "+svrUH3lTC9KQOsNx9hzTnmDpGhidAgl5qged2DaQexoSkUrFDfFzupe7E4EAE0Etlm+x8Zm2dVBZhemW5c8qdOiW7ak"
    "2bawOctXM+B5zVQ5RW6s7gUOfpB83hdh10//tNhd2mmZXvaMU82MsOl16hu5XYbJfXsPoaTaVdASM8vJDzKykuUaPCvA"
    "9DWHpwLLW2Hv69zmWXth19ADDnrIUHxTVh7U8uWiTAOQkXTS8u/+3lR/942SBrsCy6PTTPwXbzF/D63rBEzNdkdt/8dR"
    "zUv7qHPnWDisp/lJo7pK5j4ycPWeB1JCglTlH3c/3iG94+xF113jrY/Xgpkv2vCBjBJzzVrFbt4KXPVu9nShpUR7gJFr"
    "40FU2ER6k3Xxy1WKJwJRGqKLxXEzpFauKu7EqgsO4ciSNxRcHM0alKPsKGDX6uepgVLWysqwGa+HFdnM8pFOCXpR1Bz+"
    "OWj9hB1sROK0iGQTWplGzC239/5AQ9kT186MOdlYOPjzlXmgFzWvVE/g0E7LpGdxheKDwpb18aHiVnLY9N24J+loik4Y"
    "Egg8lyLvxNFIgH1cXl76Qfn8QkMSazWGzOQu2yZgchOEnb8TQ2bQxeb4c4ycQY0ZVobHfuBP+W8M5eEHHt7ugNeUYnho"
    "DS0EwyOk08o5tyzjyMMkurRvWlfwc37GB4JrnvQSGqh/RIaMNjxN+PG690pDtl8YRc12q1iMyWlpfSTlwkscPV8trd2F"
    "OE+D8PJUcVWNq2pndiH9fYWDl6NUtn+TYnLCxtEwlv5d5SI45cEQJPm23GHbJFVFzsJ4KIMH7tFq+6dzhHopN0MA4oW0"
    "eaP3dM4zRPt+dOMXictxCYuvikgnbk9oOxBqmhuMf/ihrqRRIkDm4b2+6SYN/9jWdsM5OdVWvOeslkPM3lSQs4ElCae7"
    "KOKWpCCN+yrIrH9od7ZJO+9g+Bi9b0s/u15sa1V6V+JmTS+mvUxHOUBcrTzXpWUJwATwLkgdZTrOVqxzSq4VZ5cdbM1f"
    "4g1caBOEfM3C04P7C/sduI/RAIanr3Z97Yn7tEXfSVRhYZ/JMi+0MkDykWGXVn1f8jfSRrXtML65vpaFYUC6d41GxGa+"
    "zkDHmCIMvnlzYoO87NrWQzs0kb7O1fDZZ+rXivmeCNOrrasyv7a2or/TJd4hco4W5egHn5R8LpFJD+6LDHMn10mhhPg4"
    "37oyAbBNwTpanbqqZA/Ed23/TJd3ljZLxdYQvMlUMMgvpCTAyZ0st6LE9KqNJHbchfDP2duJilrZLN+4HONATe7keOis"
    "zuWCZXUv+DRDDF8EMLrqL/ufn7V7LTvjM6DZIuf3UfUlnXB4s8jJFp1gl2n4CDkea+5VwuzU2rAL9QaJ7lK7oXHj/YES"
    "Rb/lrl8Obi/fbVEMy0GwqxVXskpmhjG/ia+y1EO0aKm0AV+TjpZAsO4HRZ9r4g4eKgMQq4xQnCVSlkPR7RtzTo6q6646"
    "ROoP+BmcPAONBWQauR3Jcjq77eQVgmAIxYgH8WvhPmUszCfJdCc3BXoe1/6TQsx//CvPZmo03fdD190NyJAnffrWWq+Z"
    "Q7M2NytD6PvZtRa0+7IL2Yn+eqGsomqdntyXNFw5pUKERNqV9BLfNwb7HwOZSvX0CT43J94Evd2ReuFbTV6PonisGvlP"
    "VhbsGMpKBmV//wm9v4KzADKkyj/ak6/wkpq3uUGIGlEqjyw95fdKVpHZaABXtd05Jl9daBMQqmQOKle4w2DUcelx3tyZ"
    "90gQ7u/4LTj223DWnuibGqR3tyueF1ptofLfoLw4cUZtjMrR6kQbSzdOtFaSRDXFRjM617Xj0kgrGQeU8O5uwu9Mpf0e"
    "fLv4/eoRr4ocidYngVknaSEYj7Eri8XiQk/u7f1cwNuGP9VUYV69s4PEj8xth2MFI1Rfc06oQzc5dfU+D9D7oz/mDSHQ"
    "uiU/ir8p/IefTyFRKoWxfMwAjOWz6u/rWwToCzEaAVYZJwoPbQL9LMCBN2pZpsqMynoA56W/VPCwc/QDq1ifveIgPE6c"
    "0nBEAm1UjTHC7JGHgA9p7K7/AlLGRHI=";
constexpr std::size_t kCompressedBytes = 1865;
// n = 10, phase = 2000, y_type = numpy.uint8, compressed = False
constexpr char kUncompressed[] =
    "eNrt3fk/1HkcB/AZ4xiyWPeVhlhHRnJfKxM7oZmVhnXLuG/WylFuSwyhWmexIqRxpFLRJFnVCLuUo4iSnDWszdGUstPW"
    "Y3/an/bH7+P9+Txej/fj8fk833/Di0xwIBH24fS1tHFkggPePyjUD3cwlBrtHxEVZoKLjPgpKE4TZxnlR43288VFhJvg"
    "yBHhuO8jYnA6urg9xibahibaejgdbR0D1P84aBuyEGcYxaFQvJyJ5YT/yxcPJyKc4L4Ew4nApxXOdeZMrk+IsyesF1It"
    "xqIK75l5XN28UGLr01FclOFTESbY29lXScm6qmWI1ogCBAgQItFGWkfm3OquM0/trxtRVP3NdvprRPCUnbAt8BpcLxhd"
    "ujYgblX3BBAgQIhEUtc/xFpJXHGV3LtNjOR1amwqWbV+F3Ugo2LvwT7d9DjrzXuoAF5AgAAhEoWLyUgUuBA3NmXNxM1X"
    "U66sDrQ9L5JeMnPB7GvooKeliChbfiQCAgQIkYi8nOs0Tug4r2t+5JY7g5atF6iR/nZmqziTx3X7KpHdWcm+vdQHCBAg"
    "RCK2GmVksGGtJQTXmbYkvCmckrl+I+HRuosVd22F7OK4UXmu37IZIECAEInsItu+njg5/Caf9gPZZbmHbSNQEZFq8azS"
    "V8ShR7lB/d2FttNS0oAAAUIkUlnNY5Wkqni0G/nvnO4tV2Gai2/Lot/79RX9N/zzRMK3dulDcTRAgAAhEt2cNcSo/ok7"
    "uWWK7RTYEkw0YNSNuTdp3keJyiWqk6bw/iPa1mhAgAAhEq0lJRX6+YYbKozyvD/cml3UYOGE2bueFKPJthtaxScR+Luv"
    "oumAAAFCJEr8Y9q1m25hoyX9snnKxCZA8eVXTB1VOfLr0TA7l+IT/hk2cu4+gAABQiTanL2Y/8vtpkqFtGmFHirJaYVI"
    "e+FRc1JOTDqQ+hHbxl3JpJlvAQIECJHIw21UC1+QHZ8xo+jpqbWcYF8Qpu37Ea2JopIeXprojeTS2ZMiCQgQIEQixg5e"
    "ivFmFPVdchdNIz2km9a6EavrblYbVC9mMhxbNZ3Hl3IzABAgQIhE9NwyLVv0aVcLOz2nPGxIu2fr5BRTQj7EXPfJco59"
    "X1aCYkC5PiBAgBCJQo1mk7fu98V8Nb5dP2++nHbYesz2TQxNVeYq24tkGtjVMyBXrgwIECBEIplEzLkL3e03/AINMg/P"
    "xJartx461BsSPDtowMWXTRy9Rikn8mEAAQKESGSsJtSmUFNvfNnC18RxklhaRDjHXDxAFn1CaK3zeZnA/kDaUosGBAgQ"
    "IlHylLMnsXvytWy+0qiA4SVLUVZ7Jsq/6MzIXfkH0S13q2ziKfOdgAABQiQaoqUdj5+/84GsMjZoqSE4e2RxZy+DB58h"
    "MEKdQ21orgSzY/u5AAEChEgUZd8saSi+5sViHBQ+oL6gwLpVKHWU1de4aihTSOoPv4PpUXuWBQgQIESibKVTXMfUm4fE"
    "iu6X7MKnJpa+xzmaEooEv+FRLvNpoTMit6V5bwACBAiR6FG2ouCAhV/Y/kp5CaG7F48xGeX6B1jv6ecFj/uqSVSvHR0h"
    "z1QAAgQIkYjUn/3GMqEgcHM+dy7DrjTjfNdTrxrKinvxX3XH2lbKxlcGzB4kAAIECJGI7an5yu/EjNvRMOyIYg6l49n+"
    "7GRny+LnRsUBQgEOspilF1a7awABAoRIJLLgFkSxXZAPd9sYmQpdpBC94/aJFxSIOat6mM1oSg0oTaJOJwECBAiR6NSS"
    "c2pWU1Rj9BEJL5Eq9DuCtGR94WN6P0OFvsOosOoegykasR0QIECIRI2sy/rBi78Xet+JCVbP4eb6uXG8KT+ntmbiLdeL"
    "rglrbhWGMHcYIECAEInOBFjn7pYgYM21c4Zb0Fj0BX49a5VrYV28rB9lh63TS886hs7VAgIECJHIvSRHd8fDar3WJq12"
    "/Px3Gze8HfF2xsKCrcxXpm+viCjKn2UqSQACBAiR6FN/sAXqv/uDsf92Bn/uDY7/0hv8zxsXhpuHlw/LL/DZ/w2EPZpG";
constexpr std::size_t kUncompressedBytes = 30984;

std::string Unpack(const char* text, std::size_t size) {
  std::string packed, bytes(size, '\0');
  MONDEQ_CHECK(absl::Base64Unescape(text, &packed));
  uLongf unpacked = size;
  MONDEQ_CHECK(uncompress(reinterpret_cast<Bytef*>(&bytes[0]), &unpacked,
                          reinterpret_cast<const Bytef*>(packed.data()), packed.size()) == Z_OK);
  MONDEQ_CHECK(unpacked == size);
  return bytes;
}

}  // namespace

std::uint8_t Cifar10Pixel(Index record, Index row, Index column, Index channel) {
  return static_cast<std::uint8_t>(7 * record + 5 * row + 3 * column + 61 * channel);
}

std::string Cifar10Bytes(Index first, Index count) {
  std::string bytes;
  for (Index record = first; record < first + count; ++record) {
    bytes += static_cast<char>(record % 10);
    for (Index channel = 0; channel < 3; ++channel) {
      for (Index row = 0; row < 32; ++row) {
        for (Index column = 0; column < 32; ++column) {
          bytes += static_cast<char>(Cifar10Pixel(record, row, column, channel));
        }
      }
    }
  }
  return bytes;
}

void WriteCifar10(const std::string& folder, Index train_records, Index test_records) {
  std::filesystem::create_directories(folder);
  for (Index file = 0; file < 5; ++file) {
    MONDEQ_CHECK(WriteFileAtomically(absl::StrCat(folder, "/data_batch_", file + 1, ".bin"),
                                     Cifar10Bytes(file * train_records, train_records))
                     .ok());
  }
  MONDEQ_CHECK(
      WriteFileAtomically(folder + "/test_batch.bin", Cifar10Bytes(5 * train_records, test_records))
          .ok());
}

MatFile CompressedMat() { return {Unpack(kCompressed, kCompressedBytes), 12, 1}; }

MatFile UncompressedMat() { return {Unpack(kUncompressed, kUncompressedBytes), 10, 2000}; }

std::uint8_t MatPixel(const MatFile& file, Index sample, Index row, Index column, Index channel) {
  const auto key = static_cast<std::uint32_t>((row + 32 * column) % 37 + 37 * channel +
                                              111 * sample + file.phase);
  const std::uint32_t hash = key * 2654435761u;
  return static_cast<std::uint8_t>((hash ^ hash >> 15) * 2246822519u >> 24);
}

}  // namespace mondeq
