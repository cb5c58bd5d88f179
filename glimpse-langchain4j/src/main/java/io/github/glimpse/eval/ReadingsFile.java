package io.github.glimpse.eval;

import io.github.glimpse.generate.AnswerLikelihood;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers as CSV, one line each, appended as they come. Half a line at the end, of a process that was killed, is cut off when the
 * file is opened again. Line breaks in texts are written as {@code \n}, so a record is a line; texts that a spreadsheet would take for
 * a formula get an apostrophe in front, which is taken off again here.
 */
final class ReadingsFile {

    private static final List<String> COLUMNS = List.of(
            "model",
            "row",
            "id",
            "key",
            "kind",
            "metric",
            "question",
            "expected",
            "answer",
            "score",
            "image_tokens",
            "kept_tokens",
            "recall",
            "mask",
            "first_token_ms",
            "answer_tokens",
            "tokens_per_second",
            "cache_bytes",
            "peak_bytes",
            "confidence",
            "least_probability",
            "mean_probability",
            "sequence_probability",
            "error");
    private static final long LONGEST_LINE = 1 << 27; // the longest question that data can have, and room
    private static final String FORMULA_STARTS = "=+-@'";

    private final Path file;

    private ReadingsFile(Path file) {
        this.file = file;
    }

    /**
     * Opens the file, or begins it.
     *
     * @throws EvaluationDataException if it is something else than such a table
     */
    static ReadingsFile open(Path file) {
        ReadingsFile readings = new ReadingsFile(file);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            readings.checkHeader();
            if (Files.notExists(file) || readings.cutTornLine() == 0) {
                readings.append(COLUMNS);
            }
        } catch (IOException e) {
            throw readings.failure(e);
        }
        return readings;
    }

    /** Nothing is cut off a file that is no table of answers; half a header may be one of a process that was killed. */
    private void checkHeader() throws IOException {
        if (Files.notExists(file)) {
            return;
        }
        byte[] header = Utf8.bytes(String.join(",", COLUMNS) + '\n');
        byte[] found;
        try (InputStream bytes = Files.newInputStream(file)) {
            found = bytes.readNBytes(header.length);
        }
        if (!Arrays.equals(found, Arrays.copyOf(header, found.length))) {
            throw new EvaluationDataException(
                    "'" + file + "' has other columns than a table of answers; name another file or delete this one");
        }
    }

    /** Cuts off what stands behind the last line break; returns how many bytes are left. */
    private long cutTornLine() throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            long end = access.length();
            while (end > 0) {
                access.seek(end - 1);
                if (access.read() == '\n') {
                    break;
                }
                end--;
            }
            access.setLength(end);
            return end;
        }
    }

    /**
     * All readings.
     *
     * @throws EvaluationDataException if a line is none; names it
     */
    List<Reading> read() {
        List<Reading> readings = new ArrayList<>();
        try (DelimitedReader reader = DelimitedReader.open(file, 0, ',', LONGEST_LINE)) {
            reader.next(); // the header, checked when the file was opened
            List<String> cells;
            while ((cells = reader.next()) != null) {
                readings.add(reading(cells, reader.where()));
            }
        } catch (IOException e) {
            throw failure(e);
        }
        return readings;
    }

    private static Reading reading(List<String> cells, String where) {
        if (cells.size() != COLUMNS.size()) {
            throw new EvaluationDataException(
                    where + " has " + cells.size() + " columns, the header has " + COLUMNS.size());
        }
        List<String> texts = cells.stream().map(ReadingsFile::unescape).toList();
        try {
            Reading.Selection selection = new Reading.Selection(
                    Integer.parseInt(cells.get(10)),
                    Integer.parseInt(cells.get(11)),
                    number(cells.get(12)),
                    TokenMask.parse(cells.get(13)));
            Reading.Cost cost = new Reading.Cost(
                    number(cells.get(14)),
                    Integer.parseInt(cells.get(15)),
                    number(cells.get(16)),
                    Long.parseLong(cells.get(17)),
                    Long.parseLong(cells.get(18)));
            return new Reading(
                    texts.get(0),
                    texts.get(1),
                    texts.get(2),
                    texts.get(3),
                    texts.get(4),
                    texts.get(5),
                    texts.get(6),
                    texts.get(7),
                    texts.get(8),
                    number(cells.get(9)),
                    selection,
                    cost,
                    cells.get(19).isEmpty() ? null : Double.valueOf(cells.get(19)),
                    likelihood(cells.get(20), cells.get(21), cells.get(22)),
                    texts.get(23));
        } catch (IllegalArgumentException e) {
            throw new EvaluationDataException(
                    where + " is no answer: " + e.getMessage() + "; delete the line or the file", e);
        }
    }

    private static @Nullable AnswerLikelihood likelihood(String least, String mean, String sequence) {
        return least.isEmpty() && mean.isEmpty() && sequence.isEmpty()
                ? null
                : new AnswerLikelihood(number(least), number(mean), number(sequence));
    }

    /** Appends a reading; it is in the file when this returns. */
    synchronized void add(Reading reading) {
        Reading.Selection selection = reading.selection();
        Reading.Cost cost = reading.cost();
        List<String> cells = new ArrayList<>();
        for (String text : List.of(
                reading.model(),
                reading.row(),
                reading.id(),
                reading.key(),
                reading.kind(),
                reading.metric(),
                reading.question(),
                reading.expected(),
                reading.answer())) {
            cells.add(escape(text));
        }
        cells.add(text(reading.score()));
        cells.add(Integer.toString(selection.imageTokens()));
        cells.add(Integer.toString(selection.keptTokens()));
        cells.add(text(selection.recall()));
        cells.add(selection.mask().text());
        cells.add(text(cost.firstTokenMillis()));
        cells.add(Integer.toString(cost.answerTokens()));
        cells.add(text(cost.tokensPerSecond()));
        cells.add(Long.toString(cost.cacheBytes()));
        cells.add(Long.toString(cost.peakBytes()));
        Double confidence = reading.confidence();
        cells.add(confidence == null ? "" : confidence.toString());
        AnswerLikelihood likelihood = reading.likelihood();
        cells.add(likelihood == null ? "" : text(likelihood.leastProbability()));
        cells.add(likelihood == null ? "" : text(likelihood.meanProbability()));
        cells.add(likelihood == null ? "" : text(likelihood.sequenceProbability()));
        cells.add(escape(reading.error()));
        try {
            append(cells);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private void append(List<String> cells) throws IOException {
        StringBuilder line = new StringBuilder();
        for (String cell : cells) {
            line.append(line.isEmpty() ? "" : ",").append(quoted(cell));
        }
        Files.write(file, Utf8.bytes(line.append('\n')), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String text(double number) {
        return Double.isNaN(number) ? "" : Double.toString(number);
    }

    private static double number(String cell) {
        return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
    }

    static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(letter -> letter == ',' || letter == '"' || letter == '\r');
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    static String escape(String text) {
        String line = text.replace("\\", "\\\\").replace("\n", "\\n");
        return !line.isEmpty() && FORMULA_STARTS.indexOf(line.charAt(0)) >= 0 ? "'" + line : line;
    }

    private static String unescape(String cell) {
        String line = cell.startsWith("'") ? cell.substring(1) : cell;
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char letter = line.charAt(i);
            if (letter == '\\' && i + 1 < line.length()) {
                i++;
                text.append(line.charAt(i) == 'n' ? '\n' : line.charAt(i));
            } else {
                text.append(letter);
            }
        }
        return text.toString();
    }

    private EvaluationDataException failure(IOException cause) {
        return new EvaluationDataException(
                "The answers cannot be written to or read from '" + file + "': " + cause.getMessage(), cause);
    }
}
