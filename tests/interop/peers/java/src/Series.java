import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** A series of messages that every peer can make. */
final class Series {
  private Series() {}

  /** Make the message with the given number: the number itself, then up to two frames more. */
  static List<byte[]> message(int number) {
    List<byte[]> frames = new ArrayList<>();
    frames.add(Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
    for (int more = 1; more <= number % 3; more++) {
      byte[] frame = new byte[number * more * 37 % 300];
      Arrays.fill(frame, (byte) (number + more));
      frames.add(frame);
    }
    return frames;
  }

  /** Sums up messages, their order, and where each of them and of their frames ends. */
  static final class Digest {
    private final MessageDigest sum;

    Digest() {
      try {
        sum = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException error) {
        throw new IllegalStateException(error);
      }
    }

    void add(List<byte[]> frames) {
      length(frames.size());
      for (byte[] frame : frames) {
        length(frame.length);
        sum.update(frame);
      }
    }

    String hex() {
      return HexFormat.of().formatHex(sum.digest());
    }

    private void length(int length) {
      sum.update(ByteBuffer.allocate(4).putInt(length).array());
    }
  }
}
