package io.github.glimpse.documents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.documents.IndexedPage.PageVector;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An index on disk: JSON lines, one per page, written document by document, so that a run that ended early goes on. The last row of a
 * document says that it is whole. Boxes are hundredths of a point.
 */
final class IndexFile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double HUNDRED = 100;
    private static final byte[] BEGINNING = "{\"version\":".getBytes(StandardCharsets.UTF_8);

    private final Path file;
    private final String version;

    IndexFile(Path file, String version) {
        this.file = file;
        this.version = version;
    }

    /**
     * Rows of whole documents that this version of the index has, by document; a line that is cut off or damaged ends them.
     *
     * @throws IOException if the file cannot be read, or is something else, which must not be overwritten
     */
    Map<String, List<IndexedPage>> read() throws IOException {
        Map<String, List<IndexedPage>> whole = new LinkedHashMap<>();
        if (!Files.exists(file)) {
            return whole;
        }
        requireIndex();
        List<IndexedPage> rows = new ArrayList<>();
        try (var lines = Files.lines(file)) {
            for (String line : (Iterable<String>) lines::iterator) {
                JsonNode node = JSON.readTree(line);
                if (!version.equals(node.path("version").asText())) {
                    rows.clear();
                    continue;
                }
                rows.add(page(node));
                if (node.path("last").asBoolean()) {
                    whole.put(rows.get(0).document(), List.copyOf(rows));
                    rows.clear();
                }
            }
        } catch (JsonProcessingException | IllegalArgumentException damaged) {
            return whole;
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof CharacterCodingException)) {
                throw e.getCause();
            }
        }
        return whole;
    }

    private void requireIndex() throws IOException {
        byte[] front = new byte[BEGINNING.length];
        try (InputStream input = Files.newInputStream(file)) {
            int read = input.readNBytes(front, 0, front.length);
            if (!Arrays.equals(Arrays.copyOf(front, read), Arrays.copyOf(BEGINNING, read))) {
                throw new IOException("'" + file
                        + "' is no index of documents, and would be overwritten: its first bytes are not "
                        + new String(BEGINNING, StandardCharsets.UTF_8)
                        + "; name another file (glimpse.rag.index), or delete it");
            }
        }
    }

    /** Writes the index anew with these documents alone. */
    void write(Collection<List<IndexedPage>> documents) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".incomplete");
        Files.deleteIfExists(unfinished);
        Files.createFile(unfinished);
        for (List<IndexedPage> document : documents) {
            append(unfinished, document);
        }
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Adds a document. */
    void append(List<IndexedPage> document) throws IOException {
        append(file, document);
    }

    private void append(Path target, List<IndexedPage> document) throws IOException {
        try (Writer lines = Files.newBufferedWriter(target, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int row = 0; row < document.size(); row++) {
                lines.append(node(document.get(row), row == document.size() - 1).toString())
                        .append('\n');
            }
        }
    }

    private ObjectNode node(IndexedPage page, boolean last) {
        ObjectNode node = JSON.createObjectNode()
                .put("version", version)
                .put("document", page.document())
                .put("sha256", page.sha256())
                .put("page", page.page());
        PageGeometry geometry = page.geometry();
        if (geometry != null) {
            node.putArray("geometry")
                    .add(geometry.width())
                    .add(geometry.height())
                    .add(geometry.rotation())
                    .add(geometry.cropLeft())
                    .add(geometry.cropBottom());
        }
        ArrayNode words = node.putArray("words");
        for (PageWord word : page.words()) {
            box(words.addArray().add(word.text()), word.box());
        }
        node.put("read", page.read());
        ArrayNode vectors = node.putArray("vectors");
        for (PageVector vector : page.vectors()) {
            box(vectors.addArray().add(base64(vector.vector())), vector.box());
        }
        if (page.error() != null) {
            node.put("error", page.error());
        }
        return last ? node.put("last", true) : node;
    }

    private static void box(ArrayNode row, PageBox box) {
        row.add(Math.round(HUNDRED * box.x1()))
                .add(Math.round(HUNDRED * box.y1()))
                .add(Math.round(HUNDRED * box.x2()))
                .add(Math.round(HUNDRED * box.y2()));
    }

    private static PageBox box(JsonNode row) {
        return PageBox.ofCorners(
                row.path(1).asLong() / HUNDRED,
                row.path(2).asLong() / HUNDRED,
                row.path(3).asLong() / HUNDRED,
                row.path(4).asLong() / HUNDRED);
    }

    private static IndexedPage page(JsonNode node) {
        JsonNode size = node.path("geometry");
        List<PageWord> words = new ArrayList<>();
        node.path("words").forEach(row -> words.add(new PageWord(row.path(0).asText(), box(row))));
        List<PageVector> vectors = new ArrayList<>();
        node.path("vectors")
                .forEach(row ->
                        vectors.add(new PageVector(box(row), floats(row.path(0).asText()))));
        return new IndexedPage(
                node.path("document").asText(),
                node.path("sha256").asText(),
                node.path("page").asInt(),
                size.isMissingNode()
                        ? null
                        : new PageGeometry(
                                size.path(0).asDouble(),
                                size.path(1).asDouble(),
                                size.path(2).asInt(),
                                size.path(3).asDouble(),
                                size.path(4).asDouble()),
                words,
                node.path("read").asText(),
                vectors,
                node.hasNonNull("error") ? node.path("error").asText() : null);
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static float[] floats(String base64) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64));
        float[] vector = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(vector);
        return vector;
    }
}
