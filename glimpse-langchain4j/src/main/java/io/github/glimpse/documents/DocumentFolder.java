package io.github.glimpse.documents;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.image.RasterImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of documents: PDF files and pictures, whose pages are rendered when they are asked for. The last few stay in memory. Safe for
 * concurrent use.
 */
public final class DocumentFolder {

    /** 144 dots per inch, at which letters of 8 points are some 16 pixels high. */
    public static final double DOTS_PER_INCH = 144;

    private static final Set<String> ENDINGS = Set.of("pdf", "png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff");
    private static final int REMEMBERED = 16;
    private static final byte[] PDF = "%PDF-".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 1024;
    private static final long MAX_ARRAY = Integer.MAX_VALUE - 8;
    private static final char NOT_UTF_8 = '\ufffd';

    private final Path folder;
    private final DocumentLimits limits;
    private final double dotsPerInch;
    private final PdfIsolation isolation;
    private final Map<String, RenderedPage> remembered = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RenderedPage> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** A folder within the standard limits, at {@link #DOTS_PER_INCH}. */
    public DocumentFolder(Path folder) {
        this(folder, DocumentLimits.defaults(), DOTS_PER_INCH);
    }

    /** A folder, within limits, whose PDF pages have so many dots per inch as pictures. */
    public DocumentFolder(Path folder, DocumentLimits limits, double dotsPerInch) {
        this(folder, limits, dotsPerInch, PdfIsolation.PROCESS);
    }

    /** Like {@link #DocumentFolder(Path, DocumentLimits, double)}, with the place where PDF files are read. */
    public DocumentFolder(Path folder, DocumentLimits limits, double dotsPerInch, PdfIsolation isolation) {
        this.folder = folder.toAbsolutePath().normalize();
        this.limits = limits;
        this.dotsPerInch = dotsPerInch;
        this.isolation = isolation;
    }

    /** What a document may have. */
    public DocumentLimits limits() {
        return limits;
    }

    /** What decides how pages are read. */
    String settings() {
        return dotsPerInch + " dpi, " + limits;
    }

    /** Dots per inch of pages as pictures. */
    public double dotsPerInch() {
        return dotsPerInch;
    }

    /**
     * Lists the paths of all documents below the folder, with {@code /}, in order. A document is what its name's ending says. Symbolic
     * links below the folder are left out, to files and to folders; the folder itself may be one.
     *
     * @throws IOException if the folder cannot be read
     */
    public List<String> documents() throws IOException {
        Path root = folder.toRealPath();
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> DocumentNames.of(root, file))
                    .filter(name -> ENDINGS.contains(ending(name)))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static String ending(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /**
     * Content of a document, which is not read yet.
     *
     * @throws InvalidDocumentException if there is no such file in the folder, if it is a symbolic link or in a linked
     *     folder, or if it exceeds the limit
     */
    DocumentContent content(String document) {
        try {
            DocumentContent content = DocumentContent.of(document, file(document));
            if (content.length() > Math.min(MAX_ARRAY, limits.maxBytes())) {
                throw new InvalidDocumentException(
                        Reason.TOO_LARGE,
                        "'" + document + "' has " + content.length() + " bytes, over the limit of "
                                + Math.min(MAX_ARRAY, limits.maxBytes())
                                + "; leave it out, or raise DocumentLimits.maxBytes");
            }
            return content;
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidDocumentException(
                    Reason.BROKEN,
                    "'" + document + "' cannot be read (" + e.getClass().getSimpleName() + "); "
                            + (document.indexOf(NOT_UTF_8) < 0
                                    ? "is it still there?"
                                    : "the bytes of its name are not UTF-8; rename it"));
        }
    }

    /** The file of a name, without a link on the way to it. */
    private Path file(String document) throws IOException {
        Path root = folder.toRealPath();
        Path file = DocumentNames.resolve(root, document);
        if (!file.startsWith(root)) {
            throw new InvalidDocumentException(Reason.BROKEN, "'" + document + "' is not in the folder of documents");
        }
        boolean isFile = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile();
        if (!isFile || !file.toRealPath().equals(file.toRealPath(LinkOption.NOFOLLOW_LINKS))) {
            throw new InvalidDocumentException(
                    Reason.BROKEN,
                    "'" + document + "' is no file, or a symbolic link leads to it, which is not followed; put the file"
                            + " itself into the folder");
        }
        return file;
    }

    /** Opens a document by its content, whatever its name says. */
    DocumentPages open(DocumentContent content) {
        if (!isPdf(content.head(HEADER))) {
            return picture(content);
        }
        return PdfPages.open(content, limits, isolation);
    }

    /**
     * Opens a document that has a known content.
     *
     * @throws InvalidDocumentException if it cannot be opened, or has another content now
     */
    DocumentPages open(DocumentContent content, String sha256) {
        DocumentPages pages = open(content);
        if (!content.sha256().equals(sha256)) {
            pages.close();
            throw new InvalidDocumentException(
                    Reason.CHANGED,
                    "'" + content.name() + "' has changed since it was indexed; index the folder again");
        }
        return pages;
    }

    private DocumentPages picture(DocumentContent content) {
        String document = content.name();
        try {
            return PicturePages.open(content.bytes(), document, limits);
        } catch (IOException e) {
            throw DocumentFailure.of("the file", document, e);
        } catch (InvalidDocumentException e) {
            if (e.reason() == Reason.BROKEN && ending(document).equals("pdf")) {
                throw new InvalidDocumentException(
                        Reason.BROKEN,
                        "'" + document + "' is called a PDF file, and its " + content.length()
                                + " bytes neither begin as one (%PDF-) nor as a picture; leave it out",
                        e);
            }
            throw e;
        }
    }

    /** PDF files may have something in front of their first line. */
    private static boolean isPdf(byte[] bytes) {
        for (int start = 0; start + PDF.length <= Math.min(bytes.length, HEADER); start++) {
            if (Arrays.equals(bytes, start, start + PDF.length, PDF, 0, PDF.length)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A page as a picture.
     *
     * @throws InvalidDocumentException if it cannot be rendered
     */
    public RenderedPage page(String document, int page) {
        DocumentContent content = content(document);
        String sha256 = content.sha256();
        RenderedPage known = remembered(key(sha256, page));
        return known == null ? render(content, sha256, page) : known;
    }

    /**
     * A page as it was when it was indexed.
     *
     * @throws InvalidDocumentException if it cannot be rendered, or the file is another now
     */
    RenderedPage page(IndexedPage page) {
        RenderedPage known = remembered(key(page.sha256(), page.page()));
        return known == null ? render(content(page.document()), page.sha256(), page.page()) : known;
    }

    private static String key(String sha256, int page) {
        return sha256 + " " + page;
    }

    private @Nullable RenderedPage remembered(String key) {
        synchronized (remembered) {
            return remembered.get(key);
        }
    }

    private RenderedPage render(DocumentContent content, String sha256, int page) {
        RenderedPage rendered;
        try (DocumentPages pages = open(content, sha256)) {
            if (page < 1 || page > pages.count()) {
                throw new InvalidDocumentException(
                        Reason.BROKEN,
                        "'" + content.name() + "' has pages 1 to " + pages.count() + ", no page " + page);
            }
            rendered = pages.render(page, dotsPerInch);
        }
        synchronized (remembered) {
            remembered.put(key(sha256, page), rendered);
        }
        return rendered;
    }

    /**
     * A page as chat models take it: its name, then its picture.
     *
     * @throws InvalidDocumentException if it cannot be rendered
     */
    List<Content> contents(IndexedPage page) {
        return List.of(TextContent.from(page.label() + ":"), content(page(page).image()));
    }

    /** A picture as chat models take it. */
    static ImageContent content(RasterImage picture) {
        return ImageContent.from(Base64.getEncoder().encodeToString(picture.toPng()), "image/png");
    }
}
