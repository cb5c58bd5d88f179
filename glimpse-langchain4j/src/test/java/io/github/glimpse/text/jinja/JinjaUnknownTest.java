package io.github.glimpse.text.jinja;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.GlimpseException;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Jinja knows and this interpreter does not, since no chat template needs it: refused by its name. */
class JinjaUnknownTest {

    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            quoteCharacter = '`',
            value = {
                "{{ 'a b' | wordcount }} -> No filter named 'wordcount'",
                "{{ 'a b' | truncate(1) }} -> No filter named 'truncate'",
                "{{ 'a' | center(3) }} -> No filter named 'center'",
                "{{ 'a' | forceescape }} -> No filter named 'forceescape'",
                "{{ 'a' | my.filter }} -> No filter named 'my'",
                "{% print 1 %} -> unknown tag 'print'",
                "{% include 'a' %} -> unknown tag 'include'",
                "{% for a in [1] recursive %}{% endfor %} -> recursive loops",
                "{{ joiner() }} -> 'joiner' is undefined",
                "{{ cycler(1) }} -> 'cycler' is undefined",
                "{{ 'a'.swapcase() }} -> 'str' has no attribute 'swapcase'",
                "{{ 'a'.ljust(3) }} -> 'str' has no attribute 'ljust'",
                "{{ 'a'.center(3) }} -> 'str' has no attribute 'center'",
                "{{ 'a'.rjust(3) }} -> 'str' has no attribute 'rjust'",
                "{{ 'abc'.replace('', '.') }} -> needs a text to look for",
                "{{ 'ff' | int(base=16) }} -> int takes no argument called 'base'",
                "{{ '%e' % 1.5 }} -> '%e', which is none of %s %r %d %i %f %x",
                "{{ '{:g}'.format(1.5) }} -> conversions are s, d, f and x",
                "{{ '%.2d' % 5 }} -> a format specification does not fit int",
                "{{ '{:,}'.format(0.5) }} -> a format specification does not fit float",
                "{{ '{:_}'.format(15) }} -> conversions are s, d, f and x",
                "{{ strftime_now('%U') }} -> does not know '%U'"
            })
    void isRefusedByItsName(String template, String message) {
        assertThatThrownBy(() -> JinjaTemplate.parse(template).render(Map.of(), Clock.systemUTC()))
                .isInstanceOf(GlimpseException.class)
                .hasMessageContaining("line 1")
                .hasMessageContaining(message);
    }
}
