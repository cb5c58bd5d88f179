package io.github.glimpse.examples.evaluate;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Decompression for parquet-java without Hadoop, whose classes its own factory asks for: none, Snappy, gzip and Zstandard, which is what
 * writers use. A page that gives more or less than it says is refused.
 */
final class ParquetCodecs implements CompressionCodecFactory {

    private static final int LARGEST_PAGE = 256 << 20;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName name) {
        throw new UnsupportedOperationException("Parquet files are only read here");
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
        return new Decompressor(name);
    }

    @Override
    public void release() {
        // Holds nothing
    }

    private record Decompressor(CompressionCodecName name) implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
            return BytesInput.from(decompressed(bytes.toInputStream().readAllBytes(), size));
        }

        @Override
        public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int size) throws IOException {
            byte[] compressed = new byte[compressedSize];
            input.get(compressed);
            output.put(decompressed(compressed, size));
        }

        private byte[] decompressed(byte[] compressed, int size) throws IOException {
            if (size < 0 || size > LARGEST_PAGE) {
                throw new IOException("a page says that it has " + size + " bytes, the limit is " + LARGEST_PAGE);
            }
            byte[] plain =
                    switch (name) {
                        case UNCOMPRESSED -> compressed;
                        case SNAPPY -> snappy(compressed, size);
                        case GZIP -> gzip(compressed, size);
                        case ZSTD -> Zstd.decompress(compressed, size);
                        default ->
                            throw new IOException("compression " + name
                                    + " is not known here; write the file with snappy, gzip, zstd or none");
                    };
            if (plain.length != size) {
                throw new IOException("a page has " + plain.length + " bytes and says that it has " + size);
            }
            return plain;
        }

        private static byte[] snappy(byte[] compressed, int size) throws IOException {
            if (Snappy.uncompressedLength(compressed) != size) {
                throw new IOException("a page does not have the " + size + " bytes that it says");
            }
            return Snappy.uncompress(compressed);
        }

        private static byte[] gzip(byte[] compressed, int size) throws IOException {
            try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
                return stream.readNBytes(size + 1); // one more shows that there is more
            }
        }

        @Override
        public void release() {
            // Holds nothing
        }
    }
}
