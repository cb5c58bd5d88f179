package io.github.glimpse.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses and checks the JSON header of a safetensors file. Read as a stream: a tree of a hundred megabytes of header would
 * take many times that.
 */
record SafetensorsHeader(Map<String, TensorEntry> entries, Map<String, String> metadata) {

    private static final String METADATA = "__metadata__";
    private static final int MOST_TENSORS = 200_000;
    private static final int MOST_AXES = 16;

    private static final JsonFactory JSON = JsonFactory.builder()
            // The header is UTF-8; a guess at other encodings would only help a damaged file to be misread.
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // Many names overflow the table of names for some seeds of its hash; it starts anew then.
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNameLength(4_096)
                    .maxStringLength(1_000_000)
                    .maxNumberLength(32)
                    .build())
            .build();

    /**
     * @param dataStart first byte behind the header, counted from the start of the file
     * @param fileBytes the file's real size
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataStart, long fileBytes) {
        if (json[0] != '{') {
            throw new ModelFilesException("'" + file + "' is no safetensors file: its header does not begin with '{'");
        }
        try (JsonParser parser = JSON.createParser(json)) {
            SafetensorsHeader header = new Reading(file, parser, dataStart, fileBytes - dataStart).header();
            header.checkThatNothingOverlaps(file);
            return header;
        } catch (JsonProcessingException e) {
            throw new ModelFilesException(
                    "The header of '" + file + "' is no valid JSON: " + e.getOriginalMessage() + "; download it again",
                    e);
        } catch (IOException e) {
            throw new ModelFilesException("The header of '" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private void checkThatNothingOverlaps(Path file) {
        List<TensorEntry> byOffset = new ArrayList<>(entries.values());
        byOffset.removeIf(entry -> entry.byteCount() == 0);
        byOffset.sort(Comparator.comparingLong(TensorEntry::offset));
        for (int index = 1; index < byOffset.size(); index++) {
            TensorEntry before = byOffset.get(index - 1);
            TensorEntry entry = byOffset.get(index);
            if (entry.offset() < before.offset() + before.byteCount()) {
                throw new ModelFilesException("The header of '" + file + "' puts two tensors on the same bytes: "
                        + Quoted.name(before.name()) + " and " + Quoted.name(entry.name()));
            }
        }
    }

    /** One pass over the header. */
    private static final class Reading {

        private final Path file;
        private final JsonParser parser;
        private final long dataStart;
        private final long dataBytes;
        private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();

        Reading(Path file, JsonParser parser, long dataStart, long dataBytes) {
            this.file = file;
            this.parser = parser;
            this.dataStart = dataStart;
            this.dataBytes = dataBytes;
        }

        SafetensorsHeader header() throws IOException {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "the header", "an object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals(METADATA)) {
                    readMetadata();
                } else {
                    entries.put(name, readEntry(name));
                }
                if (entries.size() > MOST_TENSORS) {
                    throw new ModelFilesException("The header of '" + file + "' lists more than " + MOST_TENSORS
                            + " tensors, the most that are read");
                }
            }
            if (parser.nextToken() != null) {
                throw new ModelFilesException("The header of '" + file + "' has text behind its JSON object");
            }
            return new SafetensorsHeader(Collections.unmodifiableMap(entries), Collections.unmodifiableMap(metadata));
        }

        private void readMetadata() throws IOException {
            expect(parser.currentToken(), JsonToken.START_OBJECT, METADATA, "an object of texts");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                expect(parser.nextToken(), JsonToken.VALUE_STRING, METADATA + "." + key, "a text");
                metadata.put(key, parser.getText());
            }
        }

        private TensorEntry readEntry(String name) throws IOException {
            expect(parser.currentToken(), JsonToken.START_OBJECT, name, "an object");
            StoredType type = null;
            long[] shape = null;
            long[] offsets = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                parser.nextToken();
                switch (key) {
                    case "dtype" -> type = readType(name);
                    case "shape" -> shape = readSizes(name, "shape", MOST_AXES);
                    case "data_offsets" -> offsets = readSizes(name, "data_offsets", 2);
                    default -> parser.skipChildren();
                }
            }
            if (type == null || shape == null || offsets == null || offsets.length != 2) {
                throw wrong(name, "it needs 'dtype', 'shape' and two 'data_offsets'");
            }
            return entry(name, type, shape, offsets);
        }

        private TensorEntry entry(String name, StoredType type, long[] shape, long[] offsets) {
            long begin = offsets[0];
            long end = offsets[1];
            if (begin > end || end > dataBytes) {
                throw wrong(
                        name,
                        "it claims bytes " + begin + " to " + end + " of the " + dataBytes
                                + " behind the header; download the file again");
            }
            if (byteCount(shape, type) != end - begin) {
                throw wrong(
                        name,
                        "it has " + (end - begin) + " bytes, which is not what " + type.label() + Arrays.toString(shape)
                                + " takes");
            }
            return new TensorEntry(name, type, shape, file, dataStart + begin, end - begin);
        }

        private StoredType readType(String name) throws IOException {
            expect(parser.currentToken(), JsonToken.VALUE_STRING, name + ".dtype", "a text");
            StoredType type = StoredType.ofLabel(parser.getText());
            if (type == null) {
                throw wrong(name, "its type " + Quoted.name(parser.getText()) + " is not known");
            }
            return type;
        }

        private long[] readSizes(String name, String key, int most) throws IOException {
            expect(parser.currentToken(), JsonToken.START_ARRAY, name + "." + key, "a list of numbers");
            long[] sizes = new long[most];
            int count = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (count == most) {
                    throw wrong(name, "its '" + key + "' has more than " + most + " numbers");
                }
                expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, name + "." + key, "a list of whole numbers");
                long size = parser.getLongValue();
                if (size < 0) {
                    throw wrong(name, "its '" + key + "' holds the negative number " + size);
                }
                sizes[count++] = size;
            }
            return Arrays.copyOf(sizes, count);
        }

        private void expect(@Nullable JsonToken token, JsonToken expected, String what, String kind) {
            if (token != expected) {
                throw wrong(what, "it has to be " + kind);
            }
        }

        private ModelFilesException wrong(String what, String why) {
            return new ModelFilesException(
                    "The header of '" + file + "' is wrong at " + Quoted.name(what) + ": " + why);
        }
    }

    /** Bytes of a tensor, or -1 if the product leaves the range of a long. */
    private static long byteCount(long[] shape, StoredType type) {
        try {
            long bytes = type.byteCount();
            boolean empty = false;
            for (long size : shape) {
                empty |= size == 0;
                bytes = Math.multiplyExact(bytes, Math.max(size, 1));
            }
            return empty ? 0 : bytes;
        } catch (ArithmeticException e) {
            return -1;
        }
    }
}
