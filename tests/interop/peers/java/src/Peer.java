import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.zeromq.SocketType;
import org.zeromq.ZAuth;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * A program: sockets of JeroMQ that do as they are told.
 *
 * <p>Orders come on standard input and answers go to standard output, a line of JSON each, as
 * ../README.md says. Usage: {@code java Peer SECONDS}
 */
final class Peer {
  /** An order, as JSON has it. */
  static final class Order {
    int number;
    String order;
    int socket;
    String kind;
    String bind;
    String connect;
    Map<String, JsonElement> options;
    List<String> frames;
    String topic;
    int count;
    String passwords;
    String certificates;
  }

  private final ZContext context = new ZContext();
  private final List<ZMQ.Socket> sockets = new ArrayList<>();
  private ZAuth handler;
  private final int milliseconds;

  private Peer(int milliseconds) {
    this.milliseconds = milliseconds;
  }

  public static void main(String[] arguments) throws IOException {
    Peer peer = new Peer((int) (1000 * Double.parseDouble(arguments[0])));
    Gson json = new Gson();
    PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      Order order = json.fromJson(line, Order.class);
      JsonObject answer = new JsonObject();
      try {
        peer.obey(order, answer);
      } catch (RuntimeException error) {
        answer.addProperty("error", order.order + ": " + error);
      }
      answer.addProperty("number", order.number);
      answers.print(json.toJson(answer) + "\n");
      answers.flush();
    }
    System.exit(0); // without waiting for what could not be sent
  }

  private void obey(Order order, JsonObject answer) {
    if (order.order.equals("open")) {
      open(order, answer);
      return;
    }
    if (order.order.equals("guard")) {
      handler = new ZAuth(context);
      handler.configurePlain("*", order.passwords);
      handler.configureCurve(order.certificates);
      return;
    }
    ZMQ.Socket socket = sockets.get(order.socket);
    switch (order.order) {
      case "send" -> send(socket, decoded(order.frames));
      case "receive" -> answer.add("frames", new Gson().toJsonTree(encoded(receive(socket))));
      case "subscribe" -> socket.subscribe(Base64.getDecoder().decode(order.topic));
      case "unsubscribe" -> socket.unsubscribe(Base64.getDecoder().decode(order.topic));
      case "echo" -> {
        for (int count = order.count; count > 0; count--) {
          send(socket, receive(socket));
        }
      }
      case "series" -> {
        for (int number = 0; number < order.count; number++) {
          send(socket, Series.message(number));
        }
      }
      case "tally" -> {
        Series.Digest digest = new Series.Digest();
        for (int count = order.count; count > 0; count--) {
          digest.add(receive(socket));
        }
        answer.addProperty("digest", digest.hex());
      }
      case "ask" -> {
        Series.Digest digest = new Series.Digest();
        for (int number = 0; number < order.count; number++) {
          send(socket, Series.message(number));
          digest.add(receive(socket));
        }
        answer.addProperty("digest", digest.hex());
      }
      case "close" -> socket.close();
      default -> throw new IllegalArgumentException("no such order");
    }
  }

  private void open(Order order, JsonObject answer) {
    ZMQ.Socket socket = context.createSocket(SocketType.valueOf(order.kind));
    sockets.add(socket);
    socket.setLinger(0);
    socket.setSendTimeOut(milliseconds);
    socket.setReceiveTimeOut(milliseconds);
    // JeroMQ 0.6.0 at times never looks at a connection that it has made. It gives it up when the
    // handshake takes too long, and makes another.
    socket.setHandshakeIvl(milliseconds / 20);
    if (order.options != null) {
      order.options.forEach((name, value) -> set(socket, name, value));
    }
    if (order.bind != null) {
      socket.bind(order.bind);
    }
    if (order.connect != null) {
      socket.connect(order.connect);
    }
    answer.addProperty("socket", sockets.size() - 1);
    answer.addProperty("endpoint", socket.getLastEndpoint());
  }

  private static void set(ZMQ.Socket socket, String name, JsonElement value) {
    switch (name) {
      case "CURVE_PUBLICKEY" -> socket.setCurvePublicKey(ZMQ.Curve.z85Decode(value.getAsString()));
      case "CURVE_SECRETKEY" -> socket.setCurveSecretKey(ZMQ.Curve.z85Decode(value.getAsString()));
      case "CURVE_SERVER" -> socket.setCurveServer(value.getAsInt() == 1);
      case "CURVE_SERVERKEY" -> socket.setCurveServerKey(ZMQ.Curve.z85Decode(value.getAsString()));
      case "HEARTBEAT_CONTEXT" ->
          socket.setHeartbeatContext(value.getAsString().getBytes(StandardCharsets.UTF_8));
      case "HEARTBEAT_IVL" -> socket.setHeartbeatIvl(value.getAsInt());
      case "HEARTBEAT_TIMEOUT" -> socket.setHeartbeatTimeout(value.getAsInt());
      case "HEARTBEAT_TTL" -> socket.setHeartbeatTtl(value.getAsInt());
      case "PLAIN_PASSWORD" -> socket.setPlainPassword(value.getAsString());
      case "PLAIN_SERVER" -> socket.setPlainServer(value.getAsInt() == 1);
      case "PLAIN_USERNAME" -> socket.setPlainUsername(value.getAsString());
      case "ROUTING_ID" -> socket.setIdentity(value.getAsString().getBytes(StandardCharsets.UTF_8));
      default -> throw new IllegalArgumentException("no option " + name);
    }
  }

  private static void send(ZMQ.Socket socket, List<byte[]> frames) {
    for (int at = 0; at < frames.size(); at++) {
      boolean last = at + 1 == frames.size();
      if (!socket.send(frames.get(at), last ? 0 : ZMQ.SNDMORE)) {
        throw new ZMQException("nothing could be sent in time", socket.errno());
      }
    }
  }

  private static List<byte[]> receive(ZMQ.Socket socket) {
    List<byte[]> frames = new ArrayList<>();
    do {
      byte[] frame = socket.recv();
      if (frame == null) {
        throw new ZMQException("nothing was received in time", socket.errno());
      }
      frames.add(frame);
    } while (socket.hasReceiveMore());
    return frames;
  }

  private static List<byte[]> decoded(List<String> frames) {
    return frames.stream().map(Base64.getDecoder()::decode).toList();
  }

  private static List<String> encoded(List<byte[]> frames) {
    return frames.stream().map(Base64.getEncoder()::encodeToString).toList();
  }
}
