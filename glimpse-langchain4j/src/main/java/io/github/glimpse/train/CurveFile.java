package io.github.glimpse.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The curves of a run as CSV: one row per step, appended as the run goes on. A resumed run drops the rows behind the checkpoint
 * that it starts from, so no step stands there twice; if it has other columns than before, rows keep what they have in those that stay.
 */
public final class CurveFile implements TrainingListener {

    private static final List<String> OWN = List.of("step", "loss", "rate", "gradient_norm");

    private final Path file;
    private final List<String> figures;

    private CurveFile(Path file, List<String> figures) {
        this.file = file;
        this.figures = List.copyOf(figures);
    }

    /**
     * Writes to this file.
     *
     * @param figures names of further columns; a step that has no such figure leaves its cell empty
     */
    public static CurveFile of(Path file, String... figures) {
        return new CurveFile(file, List.of(figures));
    }

    @Override
    public void onStart(long step, long steps) {
        List<String> rows = new ArrayList<>(List.of(header()));
        List<String> before = completeRows();
        List<String> columns =
                before.isEmpty() ? List.of() : List.of(before.get(0).split(",", -1));
        for (String row : before) {
            if (stepOf(row) <= step) {
                rows.add(inColumns(row, columns));
            }
        }
        Path next = file.resolveSibling(file.getFileName() + ".unfinished");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(next, String.join("\n", rows) + "\n", StandardCharsets.UTF_8);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void onStep(TrainingProgress progress) {
        StringBuilder row = new StringBuilder()
                .append(progress.step())
                .append(',')
                .append(progress.loss())
                .append(',')
                .append(progress.rate())
                .append(',')
                .append(progress.gradientNorm());
        for (String figure : figures) {
            Double value = progress.figures().get(figure);
            row.append(',').append(value == null ? "" : value.toString());
        }
        try {
            Files.writeString(
                    file,
                    row.append('\n'),
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private List<String> columns() {
        List<String> columns = new ArrayList<>(OWN);
        columns.addAll(figures);
        return columns;
    }

    private String header() {
        return String.join(",", columns());
    }

    /** A row of these columns in those of this run. */
    private String inColumns(String row, List<String> columns) {
        if (columns.equals(columns())) {
            return row;
        }
        String[] cells = row.split(",", -1);
        return columns().stream()
                .map(columns::indexOf)
                .map(column -> column < 0 || column >= cells.length ? "" : cells[column])
                .collect(Collectors.joining(","));
    }

    /** A process that was killed may have left half a row. */
    private List<String> completeRows() {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static long stepOf(String row) {
        try {
            return Long.parseLong(row.substring(0, Math.max(0, row.indexOf(','))));
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private UncheckedIOException failure(IOException cause) {
        return new UncheckedIOException("The curves cannot be written to '" + file + "': " + cause.getMessage(), cause);
    }
}
