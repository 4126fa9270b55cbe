//! Vietnamese.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE | MIND,
        "bỏ qua, phớt lờ, lờ đi, quên đi, hãy quên, quên hết, quên tất cả, không tuân theo, đừng tuân theo, đừng \
         làm theo, không cần tuân, mặc kệ, gạt bỏ, gạt sang một bên, bác bỏ, ngừng tuân theo, đừng để ý đến, vứt \
         bỏ",
    ),
    (
        PRIOR | EARLIER,
        "trước đó, trước đây, ở trên, bên trên, phía trên, đã cho, đã nhận, từ trước, ban đầu, từ đầu đến giờ",
    ),
    (PRIOR, "tất cả, mọi, toàn bộ, hết các, của bạn"),
    (
        RULES | ORDERS,
        "hướng dẫn, chỉ dẫn, chỉ thị, lời nhắc, mệnh lệnh, câu lệnh, lời nhắc hệ thống, yêu cầu hệ thống, chỉ \
         lệnh",
    ),
    (NORMS | ORDERS, "quy tắc, quy định, luật lệ, giới hạn, nguyên tắc"),
    (
        WHOLE,
        "mọi thứ ở trên, mọi điều ở trên, tất cả những gì ở trên, mọi thứ trước đó, những gì đã được nói, mọi \
         điều đã được dặn",
    ),
    (
        ROLE,
        "bây giờ bạn là, giờ bạn là, từ giờ bạn là, nhiệm vụ mới của bạn, vai trò mới của bạn, chỉ thị mới, hãy \
         đóng vai, hướng dẫn mới",
    ),
    (START, "từ bây giờ, từ giờ, kể từ bây giờ, kể từ giờ, từ thời điểm này, từ nay"),
    (YOUBE, "bạn là, bạn sẽ là, bạn chỉ, bạn phải nghe"),
    (PERSIST, "từ bây giờ, kể từ bây giờ, kể từ giờ, từ thời điểm này, trong mọi câu trả lời"),
    (MUST, "phải, bắt buộc, ngay lập tức, nhất định, quan trọng"),
    (FIRST, "trước tiên, trước hết, sau đó, rồi"),
    (
        HUSH,
        "đừng nói, không nói, đừng cho biết, không được nói, đừng kể, đừng nhắc, không nhắc, đừng đề cập, không \
         đề cập, không được tiết lộ, đừng tiết lộ, đừng thông báo, không thông báo, mà không thông báo, mà không \
         nói, mà không cho, không được cho, đừng cho, giữ kín, giữ im lặng, im lặng về, đừng báo, không báo",
    ),
    (USER, "người dùng, người sử dụng, khách hàng, với ai, bất kỳ ai, cho ai"),
    (UNAWARE, "không được biết, không hay biết, không cần biết, không biết việc này, mà người dùng không biết"),
    (SILENT, "bí mật gửi, âm thầm, lén lút, lén, một cách bí mật, lặng lẽ"),
    (
        SECRET,
        "mật khẩu, thông tin đăng nhập, khóa api, khoá api, khóa bí mật, khoá bí mật, khóa riêng, khoá riêng, \
         khóa riêng tư, mã truy cập, biến môi trường, thông tin xác thực, token truy cập, bí mật",
    ),
    (READ, "đọc, hãy đọc, mở tệp, mở, lấy"),
    (HARVEST, "thu thập, đánh cắp, gom"),
    (SEND, "gửi, hãy gửi, chuyển, chuyển tiếp, tải lên, truyền"),
    (SHOW, "hiển thị, in ra, cho xem, tiết lộ, liệt kê"),
    (PASS, "đính kèm, thêm vào, kèm theo, chèn, sao chép, dán"),
    (QUANT, "tất cả, mọi, toàn bộ, từng"),
    (OWNED, "của người dùng, của khách hàng"),
    (CONTENT, "nội dung, nội dung đó, nội dung của nó"),
    (
        CONVO,
        "lịch sử trò chuyện, toàn bộ cuộc trò chuyện, lịch sử hội thoại, cuộc hội thoại, toàn bộ hội thoại, lời \
         nhắc hệ thống",
    ),
    (DEST, "địa chỉ này, địa chỉ sau, địa chỉ dưới đây, địa chỉ bên dưới, máy chủ của chúng tôi, máy chủ này"),
    (MODEL, "trợ lý ai, mô hình ngôn ngữ, trợ lý"),
    (ADDR, "lưu ý cho, thông báo cho, chú ý"),
];
