package io.github.glimpse.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Test of the profile {@code thorough} only. The default build compiles it and does not run it. Needs a {@link TestCategory}
 * beside it, which decides in which order the profile runs it.
 */
@Tag("thorough")
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Thorough {}
