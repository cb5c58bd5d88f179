package io.github.glimpse.examples.agent;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tools of the application: plain methods, as an AI service has them. */
final class Desk {

    private final List<String> notes = new ArrayList<>();

    /** What can be noted of a receipt. */
    enum Entry {
        ORDER,
        TOTAL,
        CHANGE
    }

    @Tool("Adds two whole numbers")
    long add(long first, long second) {
        return first + second;
    }

    @Tool("Writes a number of the receipt down")
    String note(@P("which number it is") Entry entry, @P("the number") long number) {
        notes.add(entry.name().toLowerCase(Locale.ROOT) + " " + number);
        return notes.size() + " noted";
    }

    List<String> notes() {
        return List.copyOf(notes);
    }
}
