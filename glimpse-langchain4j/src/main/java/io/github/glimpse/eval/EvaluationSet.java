package io.github.glimpse.eval;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Questions to ask, in a fixed order. Pictures are read when they are asked about. */
public final class EvaluationSet implements Iterable<EvaluationItem> {

    private final String name;
    private final List<EvaluationItem> items;

    private EvaluationSet(String name, List<EvaluationItem> items) {
        this.name = name;
        this.items = items;
    }

    /**
     * A set of these questions.
     *
     * @throws EvaluationDataException if there is none, or two have the same id
     */
    public static EvaluationSet of(String name, List<EvaluationItem> items) {
        Set<String> ids = new HashSet<>();
        for (EvaluationItem item : items) {
            if (!ids.add(item.id())) {
                throw new EvaluationDataException(
                        "Two questions of '" + name + "' have the id '" + item.id() + "'; ids must be unique");
            }
        }
        if (items.isEmpty()) {
            throw new EvaluationDataException("'" + name + "' has no question" + "; check the file and the split");
        }
        return new EvaluationSet(name, List.copyOf(items));
    }

    /**
     * Reads a file by the end of its name: {@code .jsonl} has one object per line, {@code .json} a list of objects, {@code .tsv}
     * a header and one question per row. {@link DataRow} says which keys are known.
     *
     * @throws EvaluationDataException if a row is not of that form; names file and line
     */
    public static EvaluationSet read(Path file, DataOptions options) {
        if (!Files.isRegularFile(file)) {
            throw new EvaluationDataException("There is no data file '" + file + "'; check the path");
        }
        String name = file.getFileName().toString();
        String lower = name.toLowerCase(Locale.ROOT);
        List<EvaluationItem> items;
        if (lower.endsWith(".jsonl")) {
            items = JsonData.lines(file, options);
        } else if (lower.endsWith(".json")) {
            items = JsonData.list(file, options);
        } else if (lower.endsWith(".tsv")) {
            items = TsvData.read(file, options);
        } else {
            throw new EvaluationDataException("The data file '" + file
                    + "' ends in none of .jsonl, .json, .tsv; give its" + " form by the end of its name");
        }
        return of(name, items);
    }

    /** The first so many questions, all if there are fewer. */
    public EvaluationSet first(int count) {
        return count >= items.size() ? this : of(name, items.subList(0, count));
    }

    /** Name of the set, such as its file's. */
    public String name() {
        return name;
    }

    /** The questions. */
    public List<EvaluationItem> items() {
        return items;
    }

    @Override
    public Iterator<EvaluationItem> iterator() {
        return items.iterator();
    }
}
