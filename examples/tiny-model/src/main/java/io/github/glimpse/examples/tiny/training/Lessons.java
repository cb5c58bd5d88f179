package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.train.GlimpseSample;
import java.util.List;
import java.util.stream.Stream;

/** What an edition is taught. Everything follows from a number, so that a resumed run sees the same. Safe for concurrent use. */
interface Lessons {

    /** What answers are counted by. */
    List<String> kinds();

    /**
     * The trained lesson of a number.
     *
     * @param mayLose whether answers may lose what they need behind a cut
     */
    Lesson lesson(long number, boolean mayLose);

    /** Pages full of writing, to go with the lesson of a number. */
    ShownPages writing(long number, PageSize size);

    /** Pages of one size as they are trained, fewer than a lesson has, of which nothing is asked. */
    ShownPages panels(long number);

    /** A page as it is trained. */
    ShownPages page(long number);

    /**
     * Single questions about pages, one a page, with the boxes of what must be seen. Where nothing is evidence, nothing must be kept: what a module
     * keeps then is taken for an answer.
     *
     * @param first number of the first page
     * @param evidenced whether only questions with evidence are asked
     */
    List<GlimpseSample> samples(Split split, long first, int count, boolean evidenced);

    /** What is never trained. */
    Stream<Lesson> validation(Sight sight);
}
