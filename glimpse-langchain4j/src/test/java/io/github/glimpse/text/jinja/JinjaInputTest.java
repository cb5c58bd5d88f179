package io.github.glimpse.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class JinjaInputTest {

    @Test
    void takesNumbersOfAnySize() {
        BigDecimal large = new BigDecimal("1E+400");
        BigDecimal precise = new BigDecimal("0.12345678901234567890123");
        BigInteger whole = BigInteger.TEN.pow(30);
        List<Object> numbers = List.of(new BigDecimal("1.50"), large, precise, whole, BigInteger.TWO);
        assertThat(JinjaInput.copy("numbers", numbers)).isEqualTo(List.of(1.5, large, precise, whole, 2L));
    }
}
