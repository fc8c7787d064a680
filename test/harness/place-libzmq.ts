/** Before any test: the library that src/wire/zeromq imports lies where the build would put it (see bunfig.toml). */
import { placeLibzmq } from '../../build.ts'

placeLibzmq()
