//! Indonesian, with what Malay shares.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE | MIND,
        "abaikan, lupakan, kesampingkan, jangan hiraukan, jangan pedulikan, jangan ikuti, jangan patuhi, hiraukan \
         saja, acuhkan, tinggalkan, berhenti mengikuti, langgar, tidak usah mengikuti, buang",
    ),
    (PRIOR | EARLIER, "sebelumnya, sebelum ini, di atas, terdahulu, terdahulunya, yang lalu, sejauh ini, tadi, awal"),
    (PRIOR, "semua, seluruh, segala"),
    (
        RULES | ORDERS,
        "instruksi, arahan, petunjuk, pedoman, perintah, panduan, prompt sistem, instruksimu, arahan arahan, \
         titah",
    ),
    (NORMS | ORDERS, "aturan, peraturan, batasan, ketentuan, larangan"),
    (
        WHOLE,
        "semua yang di atas, segala sesuatu di atas, semua yang telah dikatakan, semua yang dikatakan, apa pun \
         yang dikatakan sebelumnya, semua hal di atas",
    ),
    (
        ROLE,
        "kamu sekarang adalah, anda sekarang adalah, sekarang kamu adalah, sekarang anda adalah, tugas barumu, \
         peran barumu, instruksi baru, berpura puralah, bertindaklah sebagai",
    ),
    (START, "mulai sekarang, sejak sekarang, mulai saat ini, mulai detik ini, mulai dari sekarang"),
    (YOUBE, "kamu adalah, anda adalah, kamu hanya, anda hanya, patuhi hanya, kamu bertindak"),
    (PERSIST, "mulai sekarang, mulai saat ini, dalam setiap jawaban"),
    (MUST, "harus, wajib, segera, pastikan, penting"),
    (FIRST, "pertama, terlebih dahulu, lalu, kemudian"),
    (
        HUSH,
        "jangan beri tahu, jangan beritahu, jangan katakan, jangan sebutkan, jangan ceritakan, jangan bilang, \
         jangan memberi tahu, jangan memberitahu, jangan ungkapkan, jangan informasikan, tanpa memberi tahu, \
         tanpa memberitahu, tanpa menyebutkan, tanpa mengatakan, tanpa menginformasikan, rahasiakan, rahsiakan, \
         diam saja, tutup mulut, jangan sampai ketahuan",
    ),
    (USER, "pengguna, pelanggan, siapa pun, siapapun, kepada siapa"),
    (0, "nama pengguna, panduan pengguna, antarmuka pengguna, akun pengguna"),
    (UNAWARE, "tanpa sepengetahuan, tidak boleh tahu, jangan sampai tahu, tidak perlu tahu, tak boleh tahu"),
    (SILENT, "diam diam, secara rahasia, secara diam diam, secara sembunyi, sembunyi sembunyi"),
    (
        SECRET,
        "kata sandi, kata laluan, sandi, kredensial, kunci api, kunci rahasia, kunci privat, kunci pribadi, token \
         akses, variabel lingkungan, rahasia, data login, password",
    ),
    (READ, "baca, bacalah, buka, bukalah, ambil, muat"),
    (HARVEST, "kumpulkan, curi, himpun"),
    (SEND, "kirim, kirimkan, kirimlah, hantar, hantarkan, teruskan, unggah, bocorkan, sampaikan"),
    (SHOW, "tampilkan, perlihatkan, cetak, tunjukkan, ungkapkan"),
    (PASS, "sertakan, masukkan, tambahkan, lampirkan, salin, tempelkan"),
    (QUANT, "semua, seluruh, setiap, segala"),
    (OWNED, "milik pengguna, pengguna"),
    (CONTENT, "isi, isinya, kontennya, isi berkas"),
    (CONVO, "riwayat percakapan, seluruh percakapan, riwayat obrolan, isi percakapan, semua percakapan, prompt sistem"),
    (DEST, "alamat ini, alamat berikut, alamat di bawah, alamat tersebut, server kami, server ini"),
    (MODEL, "asisten ai, model bahasa, asisten"),
    (ADDR, "pesan untuk, catatan untuk, perhatian"),
];
