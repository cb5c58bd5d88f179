package io.github.glimpse.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Categories of the profile {@code thorough}, in the order in which it runs them. With {@link Thorough} a test runs in the
 * profile only. Without it, the default build runs a {@link Sample} of the cases and the profile runs all of them.
 */
public final class TestCategory {

    private TestCategory() {}

    /** Comparison with the values of a reference, or of one case with another. */
    @Tag("reference")
    @ExtendWith(TimeBudget.class)
    @Inherited
    @Target({ElementType.TYPE, ElementType.METHOD})
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Reference {}

    /** Damaged files, random texts and hostile requests. */
    @Tag("hostile")
    @ExtendWith(TimeBudget.class)
    @Inherited
    @Target({ElementType.TYPE, ElementType.METHOD})
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Hostile {}

    /** Tensors, heap and resident memory over many requests. */
    @Tag("memory")
    @ExtendWith(TimeBudget.class)
    @Inherited
    @Target({ElementType.TYPE, ElementType.METHOD})
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Memory {}

    /** Load over a fixed time, and trainings. */
    @Tag("soak")
    @ExtendWith(TimeBudget.class)
    @Inherited
    @Target({ElementType.TYPE, ElementType.METHOD})
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Soak {

        /** Least duration of one test method in minutes; it does not begin when less is left. */
        double minutes();

        /** System property whose value, in minutes, replaces {@link #minutes()} where it is set. */
        String property() default "";
    }
}
