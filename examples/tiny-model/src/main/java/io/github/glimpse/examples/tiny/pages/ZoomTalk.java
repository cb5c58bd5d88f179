package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.pages.Conversation.Form;
import io.github.glimpse.examples.tiny.pages.Conversation.Role;
import io.github.glimpse.examples.tiny.pages.Conversation.Said;
import io.github.glimpse.examples.tiny.pages.Conversation.Source;
import io.github.glimpse.examples.tiny.pages.Conversation.Turn;
import io.github.glimpse.template.ToolMessages;
import io.github.glimpse.text.JsonValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Conversations in which {@code zoom} is offered, in the words of the library's {@code ZoomTool} and of prompts that describe tools. The tool
 * is called where the writing that bears on a question is too small to be told; else the question is answered at once.
 */
final class ZoomTalk {

    /** The tool's description, as the library's tool has it. */
    static final String DESCRIPTION =
            "Shows a part of a picture at full resolution. image counts the pictures of the conversation from 1;"
                    + " x1, y1, x2, y2 are two corners, 0 to 1000 from the left and from the top";

    /** Its parameters. */
    static final String PARAMETERS =
            "{\"type\":\"object\",\"properties\":{\"image\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":64},"
                    + "\"x1\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000},\"y1\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000},"
                    + "\"x2\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000},\"y2\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000}},"
                    + "\"required\":[\"image\",\"x1\",\"y1\",\"x2\",\"y2\"]}";

    /** Before and behind what a tool says. */
    static final String RESULT = "<tool_response>\n";

    static final String RESULT_END = "\n</tool_response>";

    private static final String NAME = "zoom";
    private static final String PLAIN_SYSTEM = "You are a helpful assistant.";
    private static final double NEEDED = 0.6;
    private static final double SMALL_ALL_THE_SAME = 0.4;
    private static final double LEAST_FACTOR = 1.6;
    private static final double LARGEST_FACTOR = 2.2;
    // Larger pages would leave no room for a page that is larger still.
    private static final int MOST_CELLS = 16;
    private static final double MOST_PAINTED = 24;

    private final PageMaker maker;
    private final Dice dice;

    ZoomTalk(PageMaker maker, Dice dice) {
        this.maker = maker;
        this.dice = dice;
    }

    /** A conversation about the page of a request, which is at most 16 cells high and wide. */
    Conversation make(PageRequest request) {
        PageSize size = new PageSize(
                Math.min(MOST_CELLS, request.size().rows()),
                Math.min(MOST_CELLS, request.size().columns()));
        PageRequest next = new PageRequest(request.split(), request.mix(), size, request.seed());
        boolean needed = dice.chance(NEEDED);
        boolean small = needed || dice.chance(SMALL_ALL_THE_SAME);
        while (true) {
            Optional<Conversation> made = small ? aboutSmallPrint(next, needed) : aboutPlainPage(next);
            if (made.isPresent()) {
                return made.get();
            }
            next = new PageRequest(request.split(), request.mix(), size, dice.next() >>> 5);
        }
    }

    private Optional<Conversation> aboutPlainPage(PageRequest request) {
        DrawnPage page = ConversationMaker.page(maker, request, dice);
        List<Fact> facts = page.facts().stream()
                .filter(fact -> !SmallPrint.isTooSmall(page, fact))
                .toList();
        return facts.isEmpty() ? Optional.empty() : Optional.of(answered(page, dice.pick(facts)));
    }

    private Optional<Conversation> aboutSmallPrint(PageRequest request, boolean needed) {
        double most =
                MOST_PAINTED / Math.max(request.size().rows(), request.size().columns());
        double factor = Math.min(most, dice.uniform(LEAST_FACTOR, LARGEST_FACTOR));
        SmallPrint print = maker.drawLarger(request, factor);
        List<Fact> facts = new ArrayList<>(print.page().facts());
        facts.removeIf(fact -> !ConversationMaker.isRead(fact) || SmallPrint.isTooSmall(print.page(), fact) != needed);
        dice.shuffle(facts);
        if (!needed) {
            return facts.stream().findFirst().map(fact -> answered(print.page(), fact));
        }
        return facts.stream()
                .flatMap(fact -> print.closer(fact).map(closer -> lookedCloser(print, fact, closer)).stream())
                .findFirst();
    }

    private Conversation answered(DrawnPage page, Fact fact) {
        List<Turn> turns = asked(page, fact);
        turns.add(new Turn(Role.ASSISTANT, List.of(), List.of(ConversationMaker.said(0, fact))));
        return new Conversation(Form.ZOOM, List.of(page), turns);
    }

    private Conversation lookedCloser(SmallPrint print, Fact fact, SmallPrint.Closer closer) {
        List<Turn> turns = asked(print.page(), fact);
        turns.add(new Turn(Role.ASSISTANT, List.of(), List.of(new Said(call(closer), false, new Source(0, fact)))));
        turns.add(new Turn(Role.USER, RESULT + place(print, closer), List.of(1), List.of(new Said(RESULT_END, false))));
        turns.add(new Turn(Role.ASSISTANT, List.of(), List.of(ConversationMaker.said(1, closer.fact()))));
        return new Conversation(Form.ZOOM, List.of(print.page(), closer.page()), turns);
    }

    private List<Turn> asked(DrawnPage page, Fact fact) {
        String system =
                dice.chance(0.3) ? ConversationMaker.system(page.request().split(), dice) : PLAIN_SYSTEM;
        List<Turn> turns = new ArrayList<>();
        turns.add(new Turn(Role.SYSTEM, List.of(), List.of(new Said(offering(system), false))));
        String question = Phrasebook.ask(fact, page.request().split(), dice);
        turns.add(new Turn(Role.USER, List.of(0), List.of(new Said(question, false))));
        return turns;
    }

    /** A call of the tool for a part of the first picture, as the library writes it. */
    static String call(SmallPrint.Closer closer) {
        return ToolMessages.OPEN + "\n{\"name\": \"" + NAME + "\", \"arguments\": " + arguments(closer) + "}\n"
                + ToolMessages.CLOSE;
    }

    /** A system text with the tool behind it. */
    static String offering(String system) {
        return offering(system, List.of(tool()));
    }

    /** The tool, as it goes into a prompt. */
    static Map<String, Object> tool() {
        return ToolMessages.tool(NAME, DESCRIPTION, JsonValues.read(PARAMETERS, UnaryOperator.identity()));
    }

    /** A system text with tools behind it. */
    static String offering(String system, List<Map<String, Object>> tools) {
        return system + "\n\n" + ToolMessages.preamble(tools);
    }

    /** The arguments of a call for a part of the first picture. */
    static String arguments(SmallPrint.Closer closer) {
        List<Integer> corners = closer.corners();
        return "{\"image\": 1, \"x1\": " + corners.get(0) + ", \"y1\": " + corners.get(1) + ", \"x2\": "
                + corners.get(2) + ", \"y2\": " + corners.get(3) + "}";
    }

    /** What the tool says of the part. */
    static String place(SmallPrint print, SmallPrint.Closer closer) {
        List<Integer> corners = closer.corners();
        return "Image 1 from " + corners.get(0) + ", " + corners.get(1) + " to " + corners.get(2) + ", "
                + corners.get(3)
                + ": " + (closer.window().right() - closer.window().left()) + " x "
                + (closer.window().bottom() - closer.window().top()) + " of "
                + print.picture().width() + " x "
                + print.picture().height() + " pixels";
    }
}
