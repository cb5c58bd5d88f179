package io.github.glimpse.request;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.request.ImageBatch.OnRefusal;
import io.github.glimpse.serve.Arrival;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a picture in a message: base64 data, a {@code data:} URL with base64 data or, if the operator wants it, what an
 * http or https URL leads to. No data of the picture stands in a message.
 */
public final class ImageBytes {

    private final MediaKind kind;
    private final long maxBytes;
    private final ImageFetcher fetcher;

    /**
     * Reads what these options allow.
     *
     * @param maxBytes longest picture
     * @param urls whether pictures are fetched
     */
    public ImageBytes(long maxBytes, ImageUrlOptions urls) {
        this(maxBytes, new ImageFetcher(urls.atMost(maxBytes)));
    }

    /**
     * Reads videos in the place of pictures, by URL from the same hosts.
     *
     * @param maxBytes longest video
     */
    public static ImageBytes ofVideos(long maxBytes, ImageUrlOptions urls) {
        ImageUrlOptions options = urls.toBuilder().maxBytes(maxBytes).build();
        return new ImageBytes(MediaKind.VIDEO, maxBytes, new ImageFetcher(options, MediaKind.VIDEO));
    }

    ImageBytes(long maxBytes, ImageFetcher fetcher) {
        this(MediaKind.IMAGE, maxBytes, fetcher);
    }

    private ImageBytes(MediaKind kind, long maxBytes, ImageFetcher fetcher) {
        this.kind = kind;
        this.maxBytes = maxBytes;
        this.fetcher = fetcher;
    }

    /**
     * Refuses what can be told without decoding: kinds of URL and of data.
     *
     * @param name such as {@code image 2 of 3}
     */
    public void check(Image image, String name) {
        String type = image.mimeType();
        if (hasData(image)) {
            checkType(type, name);
        } else if (image.url() == null) {
            throw new InvalidRequestException("The " + name + " has neither data nor a URL" + kind.content());
        } else {
            checkUrl(image.url(), name);
        }
    }

    /** Whether the bytes come from another machine. */
    public static boolean isRemote(Image image) {
        return !hasData(image) && image.url() != null && scheme(image.url()).matches("https?");
    }

    /**
     * The bytes of the pictures of one request, which were checked. Those by URL are fetched side by side.
     *
     * @param names of each, such as {@code image 2 of 3}
     * @param arrival whose time it takes
     * @throws LangChain4jException if one cannot be read
     * @throws io.github.glimpse.GlimpseException if the request has to end
     */
    public List<byte[]> read(List<Image> images, List<String> names, Arrival arrival) {
        Iterator<Optional<byte[]>> fetched = fetch(images, names, OnRefusal.END_ALL, arrival);
        List<byte[]> bytes = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            bytes.add(isRemote(images.get(i)) ? fetched.next().orElseThrow() : read(images.get(i), names.get(i)));
        }
        return bytes;
    }

    /**
     * The bytes of those pictures that can be had. Those by URL are fetched side by side.
     *
     * @param name of each
     * @param arrival whose time it takes
     * @return in their order, none of a picture that is refused or cannot be had
     * @throws io.github.glimpse.GlimpseException if the request has to end
     */
    public List<Optional<byte[]>> readable(List<Image> images, String name, Arrival arrival) {
        List<Optional<Image>> allowed = images.stream()
                .map(image -> Optional.of(image).filter(one -> isAllowed(one, name)))
                .toList();
        List<Image> asked = allowed.stream().flatMap(Optional::stream).toList();
        Iterator<Optional<byte[]>> fetched =
                fetch(asked, Collections.nCopies(asked.size(), name), OnRefusal.GO_ON, arrival);
        return allowed.stream()
                .map(each -> each.flatMap(image -> isRemote(image) ? fetched.next() : decoded(image, name)))
                .toList();
    }

    private Iterator<Optional<byte[]>> fetch(
            List<Image> images, List<String> names, OnRefusal onRefusal, Arrival arrival) {
        List<ImageBatch.Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            if (isRemote(images.get(i))) {
                wanted.add(new ImageBatch.Wanted(images.get(i).url(), names.get(i)));
            }
        }
        return wanted.isEmpty()
                ? Collections.emptyIterator()
                : arrival.fetch(() -> fetcher.fetch(wanted, onRefusal, arrival::check))
                        .iterator();
    }

    private boolean isAllowed(Image image, String name) {
        try {
            check(image, name);
            return true;
        } catch (InvalidRequestException | UnsupportedFeatureException e) {
            return false;
        }
    }

    private Optional<byte[]> decoded(Image image, String name) {
        try {
            return Optional.of(read(image, name));
        } catch (InvalidRequestException e) {
            return Optional.empty();
        }
    }

    /**
     * The bytes of a picture that stands in its message and not behind a link.
     *
     * @param name such as {@code image 2}
     * @throws LangChain4jException if it cannot be read
     */
    public byte[] inMessage(Image image, String name) {
        check(image, name);
        return read(image, name);
    }

    private byte[] read(Image image, String name) {
        if (hasData(image)) {
            return decode(image.base64Data(), name);
        }
        String content = image.url().getSchemeSpecificPart();
        return decode(content.substring(content.indexOf(',') + 1), name);
    }

    private static boolean hasData(Image image) {
        return image.base64Data() != null && !image.base64Data().isBlank();
    }

    private void checkType(@Nullable String type, String name) {
        String said = type == null ? "" : type.strip().toLowerCase(Locale.ROOT);
        // What the bytes are, their first ones say; the type only tells pictures from documents and films.
        if (!said.isEmpty() && !said.startsWith(kind.types()) && !said.startsWith("application/octet-stream")) {
            throw new UnsupportedFeatureException("The " + name + " is of type " + abbreviate(said)
                    + ", which is not supported; send " + kind.formats());
        }
    }

    private void checkUrl(URI url, String name) {
        String scheme = scheme(url);
        switch (scheme) {
            case "data" -> checkData(url.getSchemeSpecificPart(), name);
            case "http", "https" -> checkRemote(url, name);
            case "file" ->
                throw new UnsupportedFeatureException("The " + name
                        + " is given by a file URL, which is not supported: files are never read for a request"
                        + kind.content());
            default ->
                throw new UnsupportedFeatureException("The " + name + " is given by a URL of the scheme "
                        + abbreviate(scheme) + ", which is not supported" + kind.content());
        }
    }

    private static String scheme(URI url) {
        return url.getScheme() == null ? "none" : url.getScheme().toLowerCase(Locale.ROOT);
    }

    private void checkRemote(URI url, String name) {
        if (!fetcher.isOn()) {
            throw new UnsupportedFeatureException("The " + name + " is given by its " + scheme(url)
                    + " URL, which is not supported: glimpse.images.url-access is none" + kind.content()
                    + ", or set it to allow-list");
        }
        fetcher.check(url, name);
    }

    private void checkData(String content, String name) {
        int comma = content.indexOf(',');
        if (comma < 0) {
            throw new InvalidRequestException(
                    "The data URL of the " + name + " has no comma; write data:" + kind.types() + "…;base64,…");
        }
        String head = content.substring(0, comma).toLowerCase(Locale.ROOT);
        if (!head.endsWith(";base64")) {
            throw new InvalidRequestException(
                    "The data URL of the " + name + " is not in base64; write data:" + kind.types() + "…;base64,…");
        }
        checkType(head.substring(0, head.indexOf(';')), name);
    }

    private byte[] decode(String data, String name) {
        // Many encoders break lines; everything else that is not base64 is damage.
        String text = hasWhitespace(data) ? data.replaceAll("\\s+", "") : data;
        long size = decodedLength(text);
        if (size > maxBytes) {
            throw ErrorMapper.failure(new ImageTooLargeException("The " + name + " has " + size
                    + " bytes, the limit is " + maxBytes + "; send a smaller one or raise " + kind.limit()));
        }
        boolean forUrls = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
        try {
            return (forUrls ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "The data of the " + name + " is not valid base64; encode the file's bytes", e);
        }
    }

    /**
     * Counts the bytes that base64 text encodes, without decoding it: 6 bits a character, without padding and
     * whitespace.
     */
    public static long decodedLength(String base64) {
        long characters = 0;
        for (int i = 0; i < base64.length(); i++) {
            char character = base64.charAt(i);
            if (character != '=' && !Character.isWhitespace(character)) {
                characters++;
            }
        }
        return characters * 3 / 4;
    }

    /** By a loop: a stream takes half a second for the first picture of 10 MB, before it is compiled. */
    private static boolean hasWhitespace(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isWhitespace(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static String abbreviate(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
