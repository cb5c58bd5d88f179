package com.example.cookbook.errors;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.cookbook.Receipt;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** No answer is made in a millisecond. */
@SpringBootTest(properties = "glimpse.limits.timeout=1ms")
class TimeLimitTest {

    @Autowired
    private CarefulReader reader;

    @Test
    void saysThatItTookTooLong() throws IOException {
        assertThat(reader.read("What is the total?", Receipt.content()))
                .isEqualTo("That took too long; send a smaller picture.");
    }
}
