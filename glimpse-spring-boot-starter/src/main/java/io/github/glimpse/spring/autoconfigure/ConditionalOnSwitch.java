package io.github.glimpse.spring.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/**
 * Matches unless a property is false, or, where it is off by default, if it is true. Unlike Spring Boot's own condition it takes every spelling of a boolean ({@code off},
 * {@code no}, {@code 0}) and refuses what is none, instead of reading it as false.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Conditional(OnSwitchCondition.class)
@interface ConditionalOnSwitch {

    /** The property. */
    String value();

    /** What an unset property means. */
    boolean byDefault() default true;
}
