package io.github.glimpse.examples.tiny.pages;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns about one page or two, with what must be answered.
 *
 * @param form what is practised
 * @param pages that the turns show, by their place here
 * @param turns in their order; the last is the assistant's
 */
public record Conversation(Form form, List<DrawnPage> pages, List<Turn> turns) {

    /** What a conversation practises. */
    public enum Form {
        /** One question, now and then behind a system message. */
        QUESTION,
        /** A question about a drawing of the first edition, in the first edition's words. */
        DRAWING,
        /** A question behind one to three others about the same page. */
        LATER_TURN,
        /** A second page, and a question about either. */
        TWO_PAGES,
        /** Text in front, which answers what the page does not, or has nothing to do with it. */
        RETRIEVED,
        /** An instruction how the answer is to look. */
        FORMAT,
        /** Fields of a schema, as JSON. */
        RECORD,
        /** One of given answers. */
        OPTIONS,
        /** Answer, quote and whether it was found, as JSON. */
        CITATION,
        /** A tool that shows a part of a page larger is offered; it is called where the writing is too small. */
        ZOOM;

        /** The name in figures. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Who speaks. */
    public enum Role {
        SYSTEM,
        USER,
        ASSISTANT
    }

    /**
     * A piece of what is said.
     *
     * @param text as it stands
     * @param read whether it is read off a page, or out of a text in front, and so spelled
     * @param source what bears on it; null where nothing on a page does
     */
    public record Said(String text, boolean read, @Nullable Source source) {

        Said(String text, boolean read) {
            this(text, read, null);
        }
    }

    /**
     * Where an answer comes from.
     *
     * @param page place of the page
     * @param fact of that page
     */
    public record Source(int page, Fact fact) {}

    /**
     * One turn.
     *
     * @param front text in front of the pages, where a tool's result is told
     * @param pages places of the pages that it shows
     * @param said behind them, in order; for a user and the system one piece
     */
    public record Turn(Role role, String front, List<Integer> pages, List<Said> said) {

        Turn(Role role, List<Integer> pages, List<Said> said) {
            this(role, "", pages, said);
        }

        /** Copies the lists. */
        public Turn {
            pages = List.copyOf(pages);
            said = List.copyOf(said);
        }

        /** All that is said behind the pages. */
        public String text() {
            return said.stream().map(Said::text).collect(Collectors.joining());
        }
    }

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if the last turn is not the assistant's
     */
    public Conversation {
        pages = List.copyOf(pages);
        turns = List.copyOf(turns);
        if (turns.isEmpty() || turns.get(turns.size() - 1).role() != Role.ASSISTANT) {
            throw new IllegalArgumentException("The last of " + turns.size() + " turns is not the assistant's");
        }
    }

    /** The same up to the first answer. */
    public Conversation opening() {
        List<Turn> first = new ArrayList<>();
        int shown = 0;
        for (Turn turn : turns) {
            first.add(turn);
            shown += turn.pages().size();
            if (turn.role() == Role.ASSISTANT) {
                break;
            }
        }
        return new Conversation(form, pages.subList(0, shown), first);
    }
}
