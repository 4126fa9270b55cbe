//! Turkish.

use super::super::concept::*;
use super::super::lexicon::Table;

pub(super) const WORDS: Table = &[
    (
        IGNORE | MIND,
        "yok say*, göz ardı et*, dikkate alma, dikkate almayın, dikkate almadan, unut, unutun, önemseme, \
         görmezden gel*, bir kenara bırak*, uyma, uymayın, uymayı bırak, hiçe say*, boş ver, boşver, geçersiz \
         say*, aldırma, takma, es geç*",
    ),
    (
        PRIOR | EARLIER,
        "önceki, daha önceki, bundan önceki, yukarıdaki, evvelki, şimdiye kadarki, geçmiş, yukarıda verilen, daha \
         önce verilen, bugüne kadarki, ilk verilen",
    ),
    (PRIOR, "tüm, bütün, sana verilen, size verilen"),
    (
        RULES | ORDERS,
        "talimat*, yönerge*, komutlar*, direktif*, sistem istemi*, sistem istem*, emirler*, yönlendirmeler*",
    ),
    (NORMS | ORDERS, "kurallar*, kısıtlama*, sınırlama*, ilkeler*"),
    (
        WHOLE,
        "yukarıdaki her şeyi, önceki her şeyi, söylenen her şeyi, sana söylenen her şeyi, yukarıda yazan her \
         şeyi, yukarıdakilerin hepsini",
    ),
    (
        ROLE,
        "artık sen, sen artık, şimdi sen, bundan sonra sen, yeni görevin, yeni rolün, yeni talimatlar*, gibi \
         davran, rolüne bürün",
    ),
    (START, "bundan sonra, şu andan itibaren, bu andan itibaren, artık, bundan böyle"),
    (YOUBE, "sensin, asistansın, bir asistansın, itaat edeceksin, itaat et, yalnızca dinle"),
    (PERSIST, "şu andan itibaren, bu andan itibaren, bundan böyle, her yanıtta"),
    (MUST, "mutlaka, derhal, hemen, zorundasın, zorunlu, önemli, şart"),
    (FIRST, "önce, ilk olarak, ardından, sonra"),
    (
        HUSH,
        "söyleme, söylemeyin, söylemeden, bahsetme, bahsetmeyin, bahsetmeden, bildirme, bildirmeyin, bildirmeden, \
         haber verme, haber vermeyin, haber vermeden, bilgi verme, bilgi vermeden, belli etme, belli etmeden, \
         açıklama yapma, sessiz kal, çaktırmadan, hissettirmeden, fark ettirmeden, sezdirmeden",
    ),
    (USER, "kullanıcı*, müşteri*, kimseye, hiç kimseye"),
    (0, "kullanıcı adı*, kullanıcı arayüzü*, kullanıcı kılavuzu*"),
    (UNAWARE, "haberi olmadan, haberi olmasın, bilgisi olmadan, bilmesin, öğrenmesin, bilmemeli, ruhu duymadan"),
    (SILENT, "gizlice, sessizce, çaktırmadan, el altından"),
    (
        SECRET,
        "parola*, şifreler*, şifresi*, kimlik bilgiler*, api anahtar*, gizli anahtar*, özel anahtar*, erişim \
         anahtar*, erişim belirteç*, ortam değişkenler*, oturum bilgiler*, sırlar*, gizli bilgiler*",
    ),
    (READ, "oku, okuyup, okuyarak, okuyun, aç, açıp"),
    (HARVEST, "topla, toplayıp, toplayın, çal"),
    (SEND, "gönder*, ilet, iletin, yolla*, aktar, aktarın, yükle, sızdır*"),
    (SHOW, "göster*, yazdır*, listele*, açığa çıkar*"),
    (PASS, "ekle, ekleyin, ekleyerek, dahil et, yapıştır, kopyala, koy"),
    (QUANT, "tüm, bütün, her, hepsini"),
    (OWNED, "kullanıcının, müşterinin"),
    (CONTENT, "içeriğini, içeriği, içindekileri, içerikler*"),
    (CONVO, "konuşma geçmişi*, sohbet geçmişi*, tüm konuşma*, bütün konuşma*, tüm sohbet*, sistem istemi*"),
    (DEST, "bu adrese, şu adrese, aşağıdaki adrese, belirtilen adrese, adresine, sunucumuza, bu sunucuya"),
    (MODEL, "yapay zeka asistan*, dil modeli*, asistan"),
    (ADDR, "dikkat, not"),
];
