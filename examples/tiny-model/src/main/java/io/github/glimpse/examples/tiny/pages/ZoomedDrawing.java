package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A page that was painted larger than the eye takes it, as a drawing of the first edition, with calls of {@code zoom} for what is too small on it.
 *
 * @param drawing the page as it is seen at first
 * @param looks for what is too small
 */
public record ZoomedDrawing(Drawing drawing, List<Look> looks) {

    private static final double LEAST_FACTOR = 1.5;
    private static final double LARGEST_FACTOR = 2.2;
    private static final double MOST_PAINTED = 36;

    /** Copies the list. */
    public ZoomedDrawing {
        looks = List.copyOf(looks);
    }

    /**
     * A closer look.
     *
     * @param call what is asked; the answer is the call of the tool
     * @param part what the tool shows
     * @param result what the tool says
     * @param answer what is asked, with the answer that the part tells
     */
    public record Look(Question call, Drawing part, String result, Question answer) {}

    /** The page of a request. */
    public static ZoomedDrawing of(PageMaker maker, PageRequest request, Dice dice) {
        int longest = Math.max(request.size().rows(), request.size().columns());
        SmallPrint print =
                maker.drawLarger(request, Math.min(MOST_PAINTED / longest, dice.uniform(LEAST_FACTOR, LARGEST_FACTOR)));
        PageDrawing told = new PageDrawing(print.page());
        Drawing drawing = told.drawing();
        List<Look> looks = new ArrayList<>();
        for (Fact fact : print.page().facts()) {
            if (ConversationMaker.isRead(fact) && !told.tells(fact)) {
                print.closer(fact).ifPresent(closer -> add(looks, print, told, fact, closer));
            }
        }
        return new ZoomedDrawing(drawing, looks);
    }

    private static void add(List<Look> looks, SmallPrint print, PageDrawing told, Fact fact, SmallPrint.Closer closer) {
        PageDrawing part = new PageDrawing(closer.page());
        Drawing shown = part.drawing();
        told.calling(fact, ZoomTalk.call(closer)).ifPresent(call -> part.question(closer.fact())
                .ifPresent(answer -> looks.add(new Look(
                        call, shown, ZoomTalk.RESULT + ZoomTalk.place(print, closer) + ZoomTalk.RESULT_END, answer))));
    }

    /**
     * A system text with tools behind it.
     *
     * @param zoom whether the tool is among them
     * @param others how many others are
     */
    public static String offering(String system, boolean zoom, int others, Dice dice) {
        List<Map<String, Object>> tools = new ArrayList<>();
        for (int i = 0; i < others; i++) {
            tools.add(OtherTools.any(dice));
        }
        if (zoom) {
            tools.add(dice.below(tools.size() + 1), ZoomTalk.tool());
        }
        return ZoomTalk.offering(system, tools);
    }
}
