package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.PageSize;
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

    /** A page as it is trained. */
    ShownPages page(long number);

    /** What is never trained. */
    Stream<Lesson> validation(Sight sight);
}
