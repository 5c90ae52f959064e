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
//   X = ((8 * r + c // 4 * 16 + 70 * ch + 11 * i + phase) % 256).astype(numpy.uint8)
//   y = (numpy.arange(n) % 10 + 1).astype(y_type).reshape(n, 1)
//   scipy.io.savemat(file, {"X": X, "y": y}, do_compression=compressed, format="5")
//   base64.b64encode(zlib.compress(file.getvalue(), 9))
// n = 12, phase = 0, y_type = numpy.float64, compressed = True
constexpr char kCompressed[] =
    "eNqdVGlQU1cYDUWLC6C10KlUMJWhCoSloJakhBBBqcYQZWlIIeyLyBI0ASLIA4SCVcTW2gAaQZQnBRUkQQmpEGUZEDCR"
    "hxoEwlLQ10fAwCTIFkijOEx/994fd+Z855z7LTMfmehzmLgPvcfWHk0m+thERsdGoI/EhrAiGSfjcOgEBjOajUG7nYwI"
    "YUWEoxnxODSZEY/2ZCShHRzR3zrhdjvi7O3RDvYOe1H/4+gcJG/SPr1rUCg2d5ILU/NPbMst8ereYW1+My/PgbeBtnXr"
    "ft6O344euOHe3tV+K69d3N6hvVbZPI9djka8fbSRJLO2U8uZcACjUZIGwMB0fQmzQSRWKC0rvSq2Nfla6b6mu2NzrGYo"
    "QdjIjhp18gbLNncsrmO09GGiBjBanqVERtjEvEw+Jut+2pzKftSyVdlEZfTVaP4pOi9V4J8sT/n2Y0lU4xAkMoImjCBz"
    "Aocywbq37ZDM2U84O2VIT900ZWrqbBN7cCynsMHDky5Ime3uTD4l0j93hcqr6i8DHzA5g6XWJAU+A1zMj0Qe9/il9G7h"
    "mNVngm0T9NpQ2ctet/WwFyPKWTKv9paU+fx8/MGFbf31qgkC67nAkn//Gl+139pvQXgXg3+3mURxaoO8GXxVHozBw/wT"
    "B89X7jW4WjcJNTPPBj0bo20sqJbxFod/KbvsjxQxXJZ2lU1ywa8KwpEvfGlCshtn8KENSQFlgamGIQhAlC0amnzmZMkC"
    "3H1UYkFYlJ1MoFG9aGPgclo7aS94MX23fn+ffYMdafvuM6CeZyhSqqSluBuRLg4+gUbz7/YJ0oLUyFhM9EX+IKyxDbhz"
    "+LXJzIQ/NlnumNBbuL4Htn2RJIaoceFI/2yNaq4Hg583IVFSuyD+IF+lHspmPuuiCU9ZcOLpVPXtOSpE3CImOkYhS7k8"
    "1dHRFtG5dAvTsTd0vfydgY3zw6/kAwrhAYsOaoXsepF31CyQ5ZFvUFQf/MokDsakKW05wLATifKwC2K4BCOSQL5qQIGh"
    "S88mGF7BkuoqW6HJK+fSjTWHcD80YY+9waT1fslxCRHOUaery7IGmHNj89bJZo3sRdB1qJbVOp5oUndM0dfZ2Zaufo49"
    "T60auqXtowLbBVGKoxDq23uqXDu/hX47TINrCXiV8yberILJie8/C37/4HON1fIfrF8/1LbQu5njwsxc+ST7uIeGyQFU"
    "+iQR+xo4lNoE8QmPZryNAwh7suTlnIGn5oliaNK/hgXH/x3UKrpkeOlD6iW4XNAu0HLZV22NoEv7ujVccCd4T+WPYPBK"
    "A5JGpVtVYtI8471RABxvljl7wRhZhSMpWbFzRdA9/bVFFKJsoi2Mk1dct5hu9zrJAWZsSemqS6CoMwwR6Q8vVGADCPdz"
    "5OVkwVWPcS7417tQJNDlv4LG0zakIZ7/yphujLodEkMKQgRS7cJTMXAY2T0nrf6MvDwpYanWwFn09lNJdWqzUq7z0aI4"
    "6GI2LA0bnp8xX0UkGbCUqUVKMHRJNlhQiZJS4kYWKswDCImZsBQ/Mp9IYANpvI/Ng6U3R+ZnnNjA0p1VhK9Vn2YDDfYk"
    "ux9zQGqVjpQyqXVwDCBM6kqqF5uU8sdT6pTCVX6Y1mENG8D7rlShjddPqYW2zqLAM2BBdRMU812GvNwzYem5aVWJYQ4s"
    "1dXyj2j5+1b501o/B2dR8Tcr3dXGP2EDMqPioOp26LY0BLngr50oVQCMr5VSljQo+xZx1Pv95o56v99Gw4KDC1Etsa5d"
    "OiAxw7gD1gk9YB8Z/ucaiOvKfYTS3T5Rqq+3rlUHXHu9dt1lTgbkcOQnnUPWxGhjPZYS1ZOr5/svqlH30Q==";
constexpr std::size_t kCompressedBytes = 1452;
// n = 10, phase = 128, y_type = numpy.uint8, compressed = False
constexpr char kUncompressed[] =
    "eNrtnVdQVFcAhhcQXIgiRsUavajBqIDLUsSNRhbsskgUFRULykLQhVVEitGILRYs2FBDYiAaooGoRCMasRfsYi+owdiD"
    "sUejxnJxGWYffMrMzvdyYM7cmf1353v/5v7/0WlDg7QBko+HStJpQ92jYgx6KcQQkRBljI/VSKONY2OS3aTAeH1Egj5S"
    "MsZpJJ0xTgo2JkpqL8nTT+PtpVGpJLVK7av4H39W3XWO8sMvWaGwk59K+dhXRLbycZKPVHFs5ONQ/hP5P0x+Wpd/Sf5d"
    "6sz0ZVmr12/eeaD4fOntB/8qlE71pE9Ufv7dQsKGfTE62dI5S0+dydLTl7H0rNUsff1mlr7zAEsvPs/SS2/vP3b2ys17"
    "T1/bOTo3dvXw/axLcL8hUXGJX309L2NFztpN2y2ds/T9x1j62Sss/eY9lv70NUu3c2Tpzo1ZuqtHtdqNmrt5t+8UFBoe"
    "aUiYMG3O4m9X5W0s3Hvk9KXrd5/8V8XSOUuvVpulN2rO0t28WXr7Tiw9KJSlh0eydENC2qLMlbkbtu45fKrkWtnjlzYf"
    "1GrYrLXXp4E9+wwaMWrsl1MtnbP0tEUsPXMlS8/dwNK37mHph0+x9JJrLL3s8YkLV+88fG5lX7O+S0vPdtrunw+IiBmT"
    "MnnWguXZa/K37Dpo6Zyln7jA0q/eYekPn7N0K3uWXrM+S3dpydI929Vt0qJN245de/UfGm1MmjRj/tLvf1pXsKPo+Lk/"
    "bt1/9qZqDUvnLL1uE5beog1Lb9uRpXftxdL7D2Xp0UaWnjSJcA7mOUvPWMHSc9YK/yr8K+kgCedgnrP0S9dZ+t0nwr8K"
    "/0o6yKat1JqAHr0HDh8ZP37K7IXf/PDzr7/vPnTy4p9/PXph7fBhA0vnLL1pK5au1rD0gB4svfdAlj58JEuPH8/Sp8wm"
    "nIN5ztKz17D0/C3Cvwr/SjpIwjmY5yz91n2W/uyN8K/Cv5IO0t2nQ2dd38H62HETp89d8t2Pv/y2bd/RM5dv/P3PK9vq"
    "dT762NI5S3f3YekdOrN0XV+WPljP0mPHsfSJ01n63CXcm0emnKXnbWTphXuFfxX+lXSQhHMwz1n6oxcs3dpB+FfhX0kH"
    "CdWOKnOW7ufP0ruFsPSwYclwARSun6bC9dN0uH6axb15ZMpZesEOll50XPhX4V9JB0k4B/Ocpb+yZenV6wj/Kvwr6SCh"
    "2lFlztIDe7L0PoNY+ohRU+ECKFw/TYPrp5lw/TSXe/PIlLP03YdY+smLwr8K/0o6SHR8SM5ZutKJpdeThH8V/pV0kOj4"
    "kJyz9OB+LH1IFEuPS5wHF0Dh+mkGXD/Ngeunm7g3j0w5Sz96hqVfviH8q/CvpINEx4fknKXXasjSm7UW/lX4V9JBouND"
    "cs7SB0Sw9JgxLD1l8nK4AArXT7Ph+mk+XD/dBc+vF8Pz66Xw/PoD4V+FfyUdJDy/7gzPr7vC8+u+wr8K/0o6SHh+PRye"
    "XzfA8+sTWPq0OavgAihcP82D66eFcP30CDy/XgLPr5fB8+svhX8V/pV0kPD8ugs8v+4Jz69rhX8V/pV0kPD8ejQ8v54E"
    "z6/PYOnzl66DC6Bw/bQArp8WwfXTc+X3B/sr3n9/sLLyzmDTvcEpFfcGv/vM2qaKrV1Vpb2D6ftvAaXD4IM=";
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

MatFile CompressedMat() { return {Unpack(kCompressed, kCompressedBytes), 12, 0}; }

MatFile UncompressedMat() { return {Unpack(kUncompressed, kUncompressedBytes), 10, 128}; }

std::uint8_t MatPixel(const MatFile& file, Index sample, Index row, Index column, Index channel) {
  return static_cast<std::uint8_t>(8 * row + column / 4 * 16 + 70 * channel + 11 * sample +
                                   file.phase);
}

}  // namespace mondeq
