package io.github.glimpse.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.DelegatingServletInputStream;
import org.springframework.mock.web.MockHttpServletRequest;

/** Sizes, rates and memory of bodies, by a clock that the test moves. */
class BodyReaderTest {

    private static final int MOST_BYTES = 1_000_000;
    private static final int MEMORY = 2_500_000;
    private static final int RATE = 1_000;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final OpenAiOptions options = new OpenAiOptions(
            List.of(),
            List.of(),
            List.of(),
            new OpenAiOptions.Bodies(MOST_BYTES, MEMORY, Duration.ofSeconds(30), RATE, 3, 2),
            1_000,
            1,
            Integer.MAX_VALUE,
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofSeconds(5),
            OpenAiOptions.History.REFUSE);
    private final BodyAdmission admission = new BodyAdmission(options);
    private final AtomicLong now = new AtomicLong();

    private final BodyReader reader = new BodyReader(options, now::get);

    /** A body of unknown length, of which each read gives so many bytes after so much time. */
    private MockHttpServletRequest slow(int bytesPerRead, long nanosPerRead) {
        return new MockHttpServletRequest() {
            @Override
            public ServletInputStream getInputStream() {
                return new ServletInputStream() {
                    @Override
                    public int read() {
                        now.addAndGet(nanosPerRead);
                        return ' ';
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) {
                        now.addAndGet(nanosPerRead);
                        return Math.min(length, bytesPerRead);
                    }

                    @Override
                    public boolean isFinished() {
                        return false;
                    }

                    @Override
                    public boolean isReady() {
                        return true;
                    }

                    @Override
                    public void setReadListener(ReadListener listener) {
                        throw new UnsupportedOperationException("the body is read by its thread");
                    }
                };
            }
        };
    }

    private static MockHttpServletRequest announced(int length) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setContent(new byte[length]);
        return request;
    }

    private static MockHttpServletRequest chunked(String body) {
        return new MockHttpServletRequest() {
            @Override
            public ServletInputStream getInputStream() {
                byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
                return new DelegatingServletInputStream(new ByteArrayInputStream(bytes));
            }
        };
    }

    private void refused(MockHttpServletRequest request, int status, String property) {
        refused("a", request, status, property);
    }

    private void refused(String client, MockHttpServletRequest request, int status, String property) {
        try (BodyAdmission.Held held = admission.hold(client)) {
            assertThatThrownBy(() -> reader.read(request, held)).isInstanceOfSatisfying(OpenAiException.class, e -> {
                assertThat(e.status()).isEqualTo(status);
                assertThat(e).hasMessageContaining(property);
            });
        }
    }

    @Test
    void bodiesOfEveryLengthAreReadWhole() throws IOException {
        for (int length : new int[] {0, 1, 65_535, 65_536, 65_537, 200_000, MOST_BYTES}) {
            try (BodyAdmission.Held held = admission.hold("a")) {
                assertThat(reader.read(announced(length), held).length()).isEqualTo(length);
            }
            try (BodyAdmission.Held held = admission.hold("a")) {
                String body = "a".repeat(length);
                BodyReader.Bytes bytes = reader.read(chunked(body), held);
                assertThat(new String(bytes.array(), 0, bytes.length(), StandardCharsets.US_ASCII))
                        .isEqualTo(body);
            }
        }
        refused(announced(MOST_BYTES + 1), 413, "glimpse.openai.max-body");
        refused(chunked("a".repeat(MOST_BYTES + 1)), 413, "glimpse.openai.max-body");
    }

    @Test
    void aBodyBelowTheMinimumRateIsRefusedAfterItsFirstSeconds() {
        refused(slow(RATE - 1, SECOND), 408, "glimpse.openai.min-body-rate");
        assertThat(now.get()).isEqualTo(5 * SECOND);
    }

    @Test
    void aBodyThatTakesTooLongIsRefused() {
        refused(slow(RATE, SECOND), 408, "glimpse.openai.body-timeout");
        assertThat(now.get()).isEqualTo(31 * SECOND);
    }

    @Test
    void requestsInProgressShareTheMemory() throws IOException {
        BodyAdmission.Held first = admission.hold("a");
        BodyAdmission.Held second = admission.hold("b");
        reader.read(announced(MOST_BYTES), first);
        reader.read(chunked("a".repeat(MOST_BYTES)), second);

        refused("c", announced(600_000), 503, "glimpse.openai.max-body-memory");
        refused("c", chunked("a".repeat(600_000)), 503, "glimpse.openai.max-body-memory");
        try (BodyAdmission.Held third = admission.hold("c")) {
            reader.read(announced(500_000), third);
            refused("d", announced(1), 503, "glimpse.openai.max-body-memory");
        }
        first.close();
        first.close();
        try (BodyAdmission.Held third = admission.hold("c")) {
            reader.read(announced(MOST_BYTES), third);
        }
        second.close();
        try (BodyAdmission.Held half = admission.hold("a");
                BodyAdmission.Held otherHalf = admission.hold("b")) {
            half.reserve(MEMORY / 2);
            otherHalf.reserve(MEMORY / 2);
        }
    }

    @Test
    void requestsOfOneClientHoldHalfOfTheMemory() throws IOException {
        BodyAdmission.Held first = admission.hold("a");
        reader.read(announced(MOST_BYTES), first);

        refused("a", announced(300_000), 429, "glimpse.openai.max-body-memory");
        refused("a", chunked("a".repeat(300_000)), 429, "glimpse.openai.max-body-memory");
        try (BodyAdmission.Held second = admission.hold("a");
                BodyAdmission.Held other = admission.hold("b")) {
            reader.read(announced(200_000), second);
            reader.read(announced(MOST_BYTES), other);
        }
        first.close();
        try (BodyAdmission.Held again = admission.hold("a")) {
            reader.read(announced(MOST_BYTES), again);
        }
    }

    /** Bodies that do not arrive: their announced lengths together are more than the memory. */
    @Test
    void anAnnouncedLengthHoldsNoMemoryUntilBytesArrive() throws IOException {
        BodyAdmission.Held first = admission.hold("a");
        BodyAdmission.Held second = admission.hold("b");
        assertThatThrownBy(() -> reader.read(broken(MOST_BYTES, 10), first)).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> reader.read(broken(MOST_BYTES, 10), second)).isInstanceOf(UncheckedIOException.class);

        try (BodyAdmission.Held third = admission.hold("c")) {
            assertThat(reader.read(announced(MOST_BYTES), third).length()).isEqualTo(MOST_BYTES);
        }
        first.close();
        second.close();
    }

    /** A body of an announced length whose connection fails after so many bytes. */
    private static MockHttpServletRequest broken(int announced, int arrived) {
        MockHttpServletRequest request = new MockHttpServletRequest() {
            @Override
            public ServletInputStream getInputStream() {
                return new DelegatingServletInputStream(new ByteArrayInputStream(new byte[arrived]) {
                    @Override
                    public synchronized int read(byte[] buffer, int offset, int length) {
                        int read = super.read(buffer, offset, length);
                        return read < 0 ? fail() : read;
                    }

                    @Override
                    public synchronized int read() {
                        int read = super.read();
                        return read < 0 ? fail() : read;
                    }

                    private int fail() {
                        throw new UncheckedIOException(new IOException("connection reset"));
                    }
                });
            }
        };
        request.setContent(new byte[announced]);
        return request;
    }

    @Test
    void fewBodiesAreReadAtOnceAndFewerOfOneClient() {
        BodyAdmission.Reading first = admission.begin("a");
        BodyAdmission.Reading second = admission.begin("a");
        refused(() -> admission.begin("a"), 429);
        BodyAdmission.Reading third = admission.begin("b");
        refused(() -> admission.begin("c"), 503);
        third.close();
        admission.begin("c").close();
        first.close();
        second.close();
        admission.begin("a").close();
    }

    private static void refused(ThrowingCallable admission, int status) {
        assertThatThrownBy(admission).isInstanceOfSatisfying(OpenAiException.class, e -> {
            assertThat(e.status()).isEqualTo(status);
            assertThat(e.retrySeconds()).isPositive();
        });
    }
}
