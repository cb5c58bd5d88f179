package io.github.glimpse.eval;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Data as JSON lines or as one JSON list, read row by row. */
final class JsonData {

    private static final int LONGEST_LINE = 4_000_000;
    private static final int LONGEST_TEXT = 1_000_000;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(10)
                    .maxStringLength(LONGEST_TEXT)
                    .build())
            .build());

    /** For a text that is one value and nothing behind it. */
    private static final ObjectReader WHOLE = JSON.reader(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Lists as Python prints them. */
    private static final ObjectMapper PYTHON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(10).build())
                    .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
                    .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Pattern BYTE_ESCAPE = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\x([0-9a-fA-F]{2})");

    private JsonData() {}

    /** One object per line. */
    static List<EvaluationItem> lines(Path file, DataOptions options) {
        List<EvaluationItem> items = new ArrayList<>();
        try (InputStream lines = new BufferedInputStream(Files.newInputStream(file))) {
            int number = 0;
            byte[] bytes;
            while ((bytes = Utf8.line(lines, LONGEST_LINE)) != null) {
                number++;
                String where = "Line " + number + " of '" + file + "'";
                if (bytes.length > LONGEST_LINE) {
                    throw new EvaluationDataException(where + " has more than " + LONGEST_LINE
                            + " bytes; a question is a line, and its picture lies in a file of its own");
                }
                String text = Utf8.text(bytes, where);
                String line = number == 1 ? Utf8.withoutMark(text) : text;
                if (!line.isBlank()) {
                    options.checkCount(number, file);
                    EvaluationItem item =
                            DataRow.item(parse(line, where), where, Integer.toString(number), null, options);
                    if (item != null) {
                        items.add(item);
                    }
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return items;
    }

    /** A list of objects; only one of them is in memory as JSON at a time. */
    static List<EvaluationItem> list(Path file, DataOptions options) {
        List<EvaluationItem> items = new ArrayList<>();
        try (JsonParser parser = JSON.getFactory().createParser(file.toFile())) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new EvaluationDataException(
                        "'" + file + "' is no JSON list of questions; name JSON lines .jsonl");
            }
            int number = 0;
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                number++;
                options.checkCount(number, file);
                String where =
                        "Entry " + number + " (line " + parser.currentLocation().getLineNr() + ") of '" + file + "'";
                JsonNode tree = parser.readValueAsTree();
                EvaluationItem item = DataRow.item(tree, where, Integer.toString(number), null, options);
                if (item != null) {
                    items.add(item);
                }
            }
            if (parser.currentToken() != JsonToken.END_ARRAY) {
                throw new EvaluationDataException("Entry " + (number + 1) + " (line "
                        + parser.currentLocation().getLineNr() + ") of '" + file + "' is no object with a question");
            }
        } catch (JsonProcessingException e) {
            throw new EvaluationDataException(
                    "Line " + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()) + " of '" + file
                            + "' is no JSON: " + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return items;
    }

    /** Parses a text. */
    static JsonNode parse(String text, String where) {
        try {
            return WHOLE.readTree(text);
        } catch (JsonProcessingException e) {
            throw new EvaluationDataException(where + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Parses a list that Python printed, such as {@code ['a', "b's"]}; a text that is none stays a text. */
    static JsonNode pythonList(String text) {
        if (text.startsWith("[") && text.endsWith("]")) {
            try {
                JsonNode list = PYTHON.readTree(pythonEscapes(text));
                if (list.isArray() && !list.isEmpty()) {
                    return list;
                }
            } catch (JsonProcessingException e) {
                return PYTHON.getNodeFactory().textNode(text); // an answer may start with a bracket
            }
        }
        return PYTHON.getNodeFactory().textNode(text);
    }

    /** Python writes what it would not print as {@code \\xa0}; JSON has four digits for that. */
    private static String pythonEscapes(String text) {
        return BYTE_ESCAPE.matcher(text).replaceAll("$1\\\\u00$2");
    }

    static EvaluationDataException unreadable(Path file, IOException cause) {
        return new EvaluationDataException("The data file '" + file + "' cannot be read: " + cause.getMessage(), cause);
    }
}
