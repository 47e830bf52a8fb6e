WITH open_touches AS /* the open touches of the process */ (
  SELECT touches.id AS id,
  touches.process AS process,
  touches.subject_kind AS subject_kind,
  touches.subject_id AS subject_id,
  touches.anchor_at AS anchor_at,
  touches.step AS step,
  touches.kind AS kind,
  touches.purpose AS purpose,
  touches.priority AS priority,
  touches.obligation AS obligation,
  touches.works_holidays AS works_holidays,
  touches.store_id AS store_id,
  touches.customer_id AS customer_id,
  touches.policy_version_id AS policy_version_id,
  touches.template_version_id AS template_version_id,
  touches.channels AS channels,
  touches.conditions AS conditions,
  touches.role AS role,
  touches.approval AS approval,
  touches.effects AS effects,
  touches.series AS series,
  touches.due_at AS due_at,
  touches.valid_until AS valid_until,
  touches.not_before AS not_before,
  touches.state AS state,
  touches.state_at AS state_at,
  touches.gate AS gate,
  touches.reason AS reason,
  touches.reason_figures AS reason_figures,
  touches.figures AS figures,
  touches.planned_at AS planned_at,
  touches.planned_by AS planned_by,
  touches.approved_at AS approved_at,
  touches.approved_by AS approved_by,
  touches.claimed_by AS claimed_by,
  touches.contacted_at AS contacted_at,
  touches.channel AS channel,
  touches.contact_point_id AS contact_point_id,
  touches.resendable AS resendable,
  touches.attempts AS attempts,
  touches.provider AS provider,
  touches.message_id AS message_id,
  touches.merged_into AS merged_into,
  touches.subject_line AS subject_line,
  touches.body AS body,
  touches.delivered_at AS delivered_at,
  touches.assigned_to AS assigned_to,
  touches.owner_until AS owner_until,
  touches.held_by AS held_by,
  touches.held_until AS held_until,
  touches.outcome AS outcome
  FROM touches
  WHERE touches.process = 'warranty-expiry'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
warranty_once AS MATERIALIZED /* the facts of each warranty that a touch is about */ (
  SELECT ends.subject_id AS subject_id,
  ends.store_id AS store_id,
  ends.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  ends.day AS day,
  timezone(stores.time_zone, ends.day + '00:00:00') AS anchor_at,
  ends.basis AS basis,
  ends.figures AS figures,
  ends.vehicle_id AS vehicle_id,
  ends.starts_on AS starts_on,
  coalesce(ends.disposed_on <= stores.today, FALSE) AS sold,
  ends.vehicle AS vehicle
  FROM (
    SELECT warranties.id AS subject_id,
    warranties.store_id AS store_id,
    vehicles.customer_id AS customer_id,
    warranties.vehicle_id AS vehicle_id,
    warranties.starts_on AS starts_on,
    vehicles.disposed_on AS disposed_on,
    nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle,
    warranty_ends.ends_on AS day,
    warranty_ends.basis AS basis,
    warranty_ends.figures AS figures,
    warranty_ends.known_from AS known_from,
    warranty_ends.known_until AS known_until
    FROM warranty_ends
    JOIN warranties ON warranties.id = warranty_ends.warranty_id
    JOIN vehicles ON vehicles.id = warranties.vehicle_id
    WHERE warranties.id IN (
      SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'warranty', FALSE)
    )
    LIMIT ALL OFFSET :param
  ) AS ends
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = ends.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = ends.customer_id
  LEFT OUTER JOIN customers ON customers.id = ends.customer_id
  WHERE ends.known_from <= stores.today
  AND ends.known_until > stores.today
),
ended AS /* open touches whose reason has gone or whose time has passed */ (
  SELECT judged.touch_id AS touch_id,
  CASE
  WHEN judged.moved THEN 'superseded'
  WHEN (judged.gone IS NOT NULL) THEN 'cancelled'
  WHEN (judged.state = 'ready') THEN 'missed'
  ELSE 'skipped' END AS state,
  CASE
  WHEN judged.moved THEN 'anchor'
  WHEN (judged.gone IS NOT NULL) THEN 'facts'
  ELSE 'validity' END AS gate,
  CASE
  WHEN judged.moved THEN 'date-moved'
  WHEN (judged.gone IS NOT NULL) THEN judged.gone
  WHEN (judged.state = 'ready') THEN 'undone-in-time'
  ELSE 'time-passed' END AS reason,
  coalesce(judged.figures, jsonb_build_object()) AS figures
  FROM (
    SELECT open_touches.id AS touch_id,
    open_touches.state AS state,
    coalesce(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'warranty'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN coalesce(warranty_now.starts_on > warranty_now.today, FALSE) THEN 'warranty-not-begun'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND warranty_now.sold) THEN 'vehicle-sold'
      WHEN (
        NOT (
          'no-inspection' = ANY (open_touches.conditions)
          AND (
            (
              EXISTS (
                SELECT :param AS anon_5
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(
                  ((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER
                )
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id = warranty_now.vehicle_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_5
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(
                  ((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER
                )
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id IS NULL
                AND appointments.customer_id = warranty_now.customer_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_6
                FROM repair_orders
                WHERE repair_orders.vehicle_id = warranty_now.vehicle_id
                AND repair_orders.work_kind = 'inspection'
                AND repair_orders.closed_on BETWEEN warranty_now.day - CAST(
                  ((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER
                )
                AND warranty_now.today
              )
            )
          )
        )
      ) THEN NULL
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_7
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id = warranty_now.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_7
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = warranty_now.customer_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_8
            FROM repair_orders
            WHERE repair_orders.vehicle_id = warranty_now.vehicle_id
            AND repair_orders.work_kind = 'inspection'
            AND repair_orders.closed_on BETWEEN warranty_now.day - CAST(((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER)
            AND warranty_now.today
          )
        )
      ) THEN 'inspection-done'
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_9
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id = warranty_now.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_9
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = warranty_now.customer_id
          )
        )
      ) THEN 'inspection-booked' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(
                month FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(warranty_now.time_zone, open_touches.anchor_at)) < EXTRACT(day FROM timezone(warranty_now.time_zone, warranty_now.anchor_at))
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(warranty_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(warranty_now.time_zone, warranty_now.anchor_at) AS DATE)
          ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
        ) >= :coalesce
        AND CASE
        WHEN (
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(
                      year FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(
                  day FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                ) < EXTRACT(
                  day FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(warranty_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(warranty_now.time_zone, warranty_now.anchor_at) AS DATE)
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN warranty_now.anchor_at
        ELSE timezone(
          warranty_now.time_zone,
          timezone(warranty_now.time_zone, warranty_now.anchor_at) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(warranty_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(warranty_now.time_zone, warranty_now.anchor_at) AS DATE)
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'months') AS INTEGER),
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(warranty_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(warranty_now.time_zone, warranty_now.anchor_at) AS DATE)
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
            AND CAST((open_touches.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(warranty_now.time_zone, warranty_now.anchor_at) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(warranty_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(warranty_now.time_zone, warranty_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'months') AS INTEGER),
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(warranty_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(warranty_now.time_zone, warranty_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(warranty_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(warranty_now.time_zone, warranty_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(day FROM timezone(warranty_now.time_zone, warranty_now.anchor_at))
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != warranty_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (warranty_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'warranty'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN coalesce(warranty_now.starts_on > warranty_now.today, FALSE) THEN 'warranty-not-begun'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND warranty_now.sold) THEN 'vehicle-sold'
      WHEN (
        NOT (
          'no-inspection' = ANY (open_touches.conditions)
          AND (
            (
              EXISTS (
                SELECT :param AS anon_5
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(
                  ((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER
                )
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id = warranty_now.vehicle_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_5
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(
                  ((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER
                )
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id IS NULL
                AND appointments.customer_id = warranty_now.customer_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_6
                FROM repair_orders
                WHERE repair_orders.vehicle_id = warranty_now.vehicle_id
                AND repair_orders.work_kind = 'inspection'
                AND repair_orders.closed_on BETWEEN warranty_now.day - CAST(
                  ((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER
                )
                AND warranty_now.today
              )
            )
          )
        )
      ) THEN NULL
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_7
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id = warranty_now.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_7
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = warranty_now.customer_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_8
            FROM repair_orders
            WHERE repair_orders.vehicle_id = warranty_now.vehicle_id
            AND repair_orders.work_kind = 'inspection'
            AND repair_orders.closed_on BETWEEN warranty_now.day - CAST(((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER)
            AND warranty_now.today
          )
        )
      ) THEN 'inspection-done'
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_9
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id = warranty_now.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_9
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(warranty_now.time_zone, appointments.starts_at) AS DATE) >= warranty_now.day - CAST(((policy_versions.body['rules']) ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = warranty_now.customer_id
          )
        )
      ) THEN 'inspection-booked' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    warranty_now.figures || jsonb_build_object('ends_on', warranty_now.day, 'basis', warranty_now.basis) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT warranty_once.subject_id AS subject_id,
      warranty_once.store_id AS store_id,
      warranty_once.customer_id AS customer_id,
      warranty_once.time_zone AS time_zone,
      warranty_once.language AS language,
      warranty_once.today AS today,
      warranty_once.customer AS customer,
      warranty_once.salutation AS salutation,
      warranty_once.store AS store,
      warranty_once.store_phone AS store_phone,
      warranty_once.day AS day,
      warranty_once.anchor_at AS anchor_at,
      warranty_once.basis AS basis,
      warranty_once.figures AS figures,
      warranty_once.vehicle_id AS vehicle_id,
      warranty_once.starts_on AS starts_on,
      warranty_once.sold AS sold,
      warranty_once.vehicle AS vehicle
      FROM warranty_once
    ) AS warranty_now ON warranty_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'warranty', FALSE)
  ) AS judged
  WHERE judged.moved
  OR judged.gone IS NOT NULL
  OR judged.passed
),
changed AS /* those touches in the state in which they end */ (
  UPDATE touches
  SET state=ended.state,
  state_at=:param,
  gate=ended.gate,
  reason=ended.reason,
  reason_figures=NULL
  FROM ended
  WHERE (
    coalesce(touches.state IN ('awaiting-approval', 'planned', 'ready'), false)
    AND ended.state IN ('superseded', 'cancelled')
    OR coalesce(touches.state IN ('awaiting-approval', 'planned'), false)
    AND ended.state IN ('skipped')
    OR coalesce(touches.state IN ('ready'), false)
    AND ended.state IN ('missed')
  )
  AND touches.id = ended.touch_id
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what ended, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT ended.touch_id AS touch_id,
  ended.gate AS gate,
  'stop' AS anon_1,
  ended.reason AS reason,
  ended.figures AS figures,
  :param AS anon_2,
  NULL AS anon_3
  FROM ended
  JOIN changed ON changed.id = ended.touch_id
)
SELECT changed.state,
changed.reason,
count(*) AS touches
FROM changed
GROUP BY changed.state,
changed.reason;

WITH anon_16 AS /* the facts of each subject that a step may be due for */ (
  SELECT known.subject_id AS subject_id,
  known.store_id AS store_id,
  known.customer_id AS customer_id,
  known.time_zone AS time_zone,
  known.language AS language,
  known.today AS today,
  known.day AS day,
  known.anchor_at AS anchor_at,
  known.basis AS basis,
  known.figures AS figures,
  known.vehicle_id AS vehicle_id,
  known.starts_on AS starts_on,
  known.sold AS sold
  FROM (
    SELECT ends.subject_id AS subject_id,
    ends.store_id AS store_id,
    ends.customer_id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(own_languages.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    ends.day AS day,
    timezone(stores.time_zone, ends.day + '00:00:00') AS anchor_at,
    ends.basis AS basis,
    ends.figures AS figures,
    ends.vehicle_id AS vehicle_id,
    ends.starts_on AS starts_on,
    coalesce(ends.disposed_on <= stores.today, FALSE) AS sold,
    ends.vehicle AS vehicle
    FROM (
      SELECT warranties.id AS subject_id,
      warranties.store_id AS store_id,
      vehicles.customer_id AS customer_id,
      warranties.vehicle_id AS vehicle_id,
      warranties.starts_on AS starts_on,
      vehicles.disposed_on AS disposed_on,
      nullif(
        concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), ''
      ) AS vehicle,
      warranty_ends.ends_on AS day,
      warranty_ends.basis AS basis,
      warranty_ends.figures AS figures,
      warranty_ends.known_from AS known_from,
      warranty_ends.known_until AS known_until
      FROM warranty_ends
      JOIN warranties ON warranties.id = warranty_ends.warranty_id
      JOIN vehicles ON vehicles.id = warranties.vehicle_id
      WHERE (
        warranty_ends.ends_on BETWEEN '2026-04-19'
        AND '2026-05-11'
        OR warranty_ends.ends_on BETWEEN '2026-04-04'
        AND '2026-04-26'
        OR warranty_ends.ends_on BETWEEN '2026-03-12'
        AND '2026-04-11'
        OR warranty_ends.ends_on BETWEEN '2026-03-05'
        AND '2026-03-19'
      )
      AND warranties.store_id IN (:store_id_1)
      LIMIT ALL OFFSET :param
    ) AS ends
    JOIN (
      SELECT stores.id AS id,
      stores.time_zone AS time_zone,
      stores.language AS language,
      stores.name AS name,
      stores.phone AS phone,
      CAST(timezone(stores.time_zone, :param) AS DATE) AS today
      FROM stores
      LIMIT ALL OFFSET :param
    ) AS stores ON stores.id = ends.store_id
    LEFT OUTER JOIN (
      SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
    ) AS own_languages ON own_languages.id = ends.customer_id
    LEFT OUTER JOIN customers ON customers.id = ends.customer_id
    WHERE ends.known_from <= stores.today
    AND ends.known_until > stores.today
  ) AS known
),
looked_at AS /* each subject and step in the span: when it is due, and why it is not wanted */ (
  SELECT population.step AS step,
  population.subject_id AS subject_id,
  population.anchor_at AS anchor_at,
  population.store_id AS store_id,
  population.customer_id AS customer_id,
  population.template_version_id AS template_version_id,
  population.due_at AS due_at,
  population.valid_until AS valid_until,
  population.not_before AS not_before,
  population.passed AS passed,
  population.late AS late,
  population.figures AS figures,
  population.reason AS reason,
  population.wanted AS wanted
  FROM (
    SELECT 'invitation-60' AS step,
    judged_invitation_60.subject_id AS subject_id,
    judged_invitation_60.anchor_at AS anchor_at,
    judged_invitation_60.store_id AS store_id,
    judged_invitation_60.customer_id AS customer_id,
    CASE
    WHEN (judged_invitation_60.language = 'en') THEN :param
    WHEN (judged_invitation_60.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_invitation_60.due_at AS due_at,
    judged_invitation_60.valid_until AS valid_until,
    judged_invitation_60.due_at AS not_before,
    judged_invitation_60.valid_until <= :param AS passed,
    judged_invitation_60.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_invitation_60.reason IS NULL) THEN judged_invitation_60.figures || jsonb_build_object('ends_on', judged_invitation_60.day, 'basis', judged_invitation_60.basis) END AS figures,
    judged_invitation_60.reason AS reason,
    judged_invitation_60.reason IS NULL AS wanted
    FROM (
      SELECT dated_invitation_60.subject_id AS subject_id,
      dated_invitation_60.store_id AS store_id,
      dated_invitation_60.customer_id AS customer_id,
      dated_invitation_60.time_zone AS time_zone,
      dated_invitation_60.language AS language,
      dated_invitation_60.today AS today,
      dated_invitation_60.day AS day,
      dated_invitation_60.anchor_at AS anchor_at,
      dated_invitation_60.basis AS basis,
      dated_invitation_60.figures AS figures,
      dated_invitation_60.vehicle_id AS vehicle_id,
      dated_invitation_60.starts_on AS starts_on,
      dated_invitation_60.sold AS sold,
      dated_invitation_60.due_at AS due_at,
      dated_invitation_60.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_10
          FROM touches
          WHERE touches.process = 'warranty-expiry'
          AND touches.subject_kind = 'warranty'
          AND touches.subject_id = dated_invitation_60.subject_id
          AND touches.step = 'invitation-60'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_invitation_60.anchor_at
          AND touches.anchor_at BETWEEN dated_invitation_60.anchor_at - '180 days, 0:00:00'
          AND dated_invitation_60.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN coalesce(dated_invitation_60.starts_on > dated_invitation_60.today, FALSE) THEN 'warranty-not-begun'
      WHEN (
        'vehicle-kept' = ANY ('{vehicle-kept,no-inspection}') AND dated_invitation_60.sold
      ) THEN 'vehicle-sold'
      WHEN (
        NOT (
          'no-inspection' = ANY ('{vehicle-kept,no-inspection}')
          AND (
            (
              EXISTS (
                SELECT :param AS anon_11
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(
                  timezone(dated_invitation_60.time_zone, appointments.starts_at) AS DATE
                ) >= dated_invitation_60.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id = dated_invitation_60.vehicle_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_11
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(
                  timezone(dated_invitation_60.time_zone, appointments.starts_at) AS DATE
                ) >= dated_invitation_60.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id IS NULL
                AND appointments.customer_id = dated_invitation_60.customer_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_12
                FROM repair_orders
                WHERE repair_orders.vehicle_id = dated_invitation_60.vehicle_id
                AND repair_orders.work_kind = 'inspection'
                AND repair_orders.closed_on BETWEEN dated_invitation_60.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND dated_invitation_60.today
              )
            )
          )
        )
      ) THEN NULL
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_13
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_invitation_60.time_zone, appointments.starts_at) AS DATE
            ) >= dated_invitation_60.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id = dated_invitation_60.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_13
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_invitation_60.time_zone, appointments.starts_at) AS DATE
            ) >= dated_invitation_60.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = dated_invitation_60.customer_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_14
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_invitation_60.vehicle_id
            AND repair_orders.work_kind = 'inspection'
            AND repair_orders.closed_on BETWEEN dated_invitation_60.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND dated_invitation_60.today
          )
        )
      ) THEN 'inspection-done'
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_15
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_invitation_60.time_zone, appointments.starts_at) AS DATE
            ) >= dated_invitation_60.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id = dated_invitation_60.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_15
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_invitation_60.time_zone, appointments.starts_at) AS DATE
            ) >= dated_invitation_60.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = dated_invitation_60.customer_id
          )
        )
      ) THEN 'inspection-booked' END END AS reason
      FROM (
        SELECT anon_16.subject_id AS subject_id,
        anon_16.store_id AS store_id,
        anon_16.customer_id AS customer_id,
        anon_16.time_zone AS time_zone,
        anon_16.language AS language,
        anon_16.today AS today,
        anon_16.day AS day,
        anon_16.anchor_at AS anchor_at,
        anon_16.basis AS basis,
        anon_16.figures AS figures,
        anon_16.vehicle_id AS vehicle_id,
        anon_16.starts_on AS starts_on,
        anon_16.sold AS sold,
        timezone(anon_16.time_zone, anon_16.day + :param + '10:00:00') AS due_at,
        timezone(anon_16.time_zone, anon_16.day + :param + '09:30:00') AS valid_until
        FROM anon_16
        WHERE coalesce(anon_16.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_invitation_60
      WHERE dated_invitation_60.due_at IS NOT NULL
      AND dated_invitation_60.due_at < dated_invitation_60.valid_until
      AND dated_invitation_60.due_at <= :param
      AND dated_invitation_60.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_invitation_60
    WHERE true
    UNION ALL
    SELECT 'call-45' AS step,
    judged_call_45.subject_id AS subject_id,
    judged_call_45.anchor_at AS anchor_at,
    judged_call_45.store_id AS store_id,
    judged_call_45.customer_id AS customer_id,
    CASE
    WHEN (judged_call_45.language = 'en') THEN :param
    WHEN (judged_call_45.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_call_45.due_at AS due_at,
    judged_call_45.valid_until AS valid_until,
    judged_call_45.due_at AS not_before,
    judged_call_45.valid_until <= :param AS passed,
    judged_call_45.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_call_45.reason IS NULL) THEN judged_call_45.figures || jsonb_build_object('ends_on', judged_call_45.day, 'basis', judged_call_45.basis) END AS figures,
    judged_call_45.reason AS reason,
    judged_call_45.reason IS NULL AS wanted
    FROM (
      SELECT dated_call_45.subject_id AS subject_id,
      dated_call_45.store_id AS store_id,
      dated_call_45.customer_id AS customer_id,
      dated_call_45.time_zone AS time_zone,
      dated_call_45.language AS language,
      dated_call_45.today AS today,
      dated_call_45.day AS day,
      dated_call_45.anchor_at AS anchor_at,
      dated_call_45.basis AS basis,
      dated_call_45.figures AS figures,
      dated_call_45.vehicle_id AS vehicle_id,
      dated_call_45.starts_on AS starts_on,
      dated_call_45.sold AS sold,
      dated_call_45.due_at AS due_at,
      dated_call_45.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_17
          FROM touches
          WHERE touches.process = 'warranty-expiry'
          AND touches.subject_kind = 'warranty'
          AND touches.subject_id = dated_call_45.subject_id
          AND touches.step = 'call-45'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_call_45.anchor_at
          AND touches.anchor_at BETWEEN dated_call_45.anchor_at - '180 days, 0:00:00'
          AND dated_call_45.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN coalesce(dated_call_45.starts_on > dated_call_45.today, FALSE) THEN 'warranty-not-begun'
      WHEN (
        'vehicle-kept' = ANY ('{vehicle-kept,no-inspection}') AND dated_call_45.sold
      ) THEN 'vehicle-sold'
      WHEN (
        NOT (
          'no-inspection' = ANY ('{vehicle-kept,no-inspection}')
          AND (
            (
              EXISTS (
                SELECT :param AS anon_18
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(
                  timezone(dated_call_45.time_zone, appointments.starts_at) AS DATE
                ) >= dated_call_45.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id = dated_call_45.vehicle_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_18
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(
                  timezone(dated_call_45.time_zone, appointments.starts_at) AS DATE
                ) >= dated_call_45.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id IS NULL
                AND appointments.customer_id = dated_call_45.customer_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_19
                FROM repair_orders
                WHERE repair_orders.vehicle_id = dated_call_45.vehicle_id
                AND repair_orders.work_kind = 'inspection'
                AND repair_orders.closed_on BETWEEN dated_call_45.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND dated_call_45.today
              )
            )
          )
        )
      ) THEN NULL
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_20
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(dated_call_45.time_zone, appointments.starts_at) AS DATE) >= dated_call_45.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id = dated_call_45.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_20
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(dated_call_45.time_zone, appointments.starts_at) AS DATE) >= dated_call_45.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = dated_call_45.customer_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_21
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_call_45.vehicle_id
            AND repair_orders.work_kind = 'inspection'
            AND repair_orders.closed_on BETWEEN dated_call_45.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND dated_call_45.today
          )
        )
      ) THEN 'inspection-done'
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_22
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(dated_call_45.time_zone, appointments.starts_at) AS DATE) >= dated_call_45.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id = dated_call_45.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_22
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(timezone(dated_call_45.time_zone, appointments.starts_at) AS DATE) >= dated_call_45.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = dated_call_45.customer_id
          )
        )
      ) THEN 'inspection-booked' END END AS reason
      FROM (
        SELECT anon_16.subject_id AS subject_id,
        anon_16.store_id AS store_id,
        anon_16.customer_id AS customer_id,
        anon_16.time_zone AS time_zone,
        anon_16.language AS language,
        anon_16.today AS today,
        anon_16.day AS day,
        anon_16.anchor_at AS anchor_at,
        anon_16.basis AS basis,
        anon_16.figures AS figures,
        anon_16.vehicle_id AS vehicle_id,
        anon_16.starts_on AS starts_on,
        anon_16.sold AS sold,
        timezone(anon_16.time_zone, anon_16.day + :param + '09:30:00') AS due_at,
        timezone(anon_16.time_zone, anon_16.day + :param + '10:00:00') AS valid_until
        FROM anon_16
        WHERE coalesce(anon_16.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_call_45
      WHERE dated_call_45.due_at IS NOT NULL
      AND dated_call_45.due_at < dated_call_45.valid_until
      AND dated_call_45.due_at <= :param
      AND dated_call_45.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_call_45
    WHERE true
    UNION ALL
    SELECT 'reminder-30' AS step,
    judged_reminder_30.subject_id AS subject_id,
    judged_reminder_30.anchor_at AS anchor_at,
    judged_reminder_30.store_id AS store_id,
    judged_reminder_30.customer_id AS customer_id,
    CASE
    WHEN (judged_reminder_30.language = 'en') THEN :param
    WHEN (judged_reminder_30.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_reminder_30.due_at AS due_at,
    judged_reminder_30.valid_until AS valid_until,
    judged_reminder_30.due_at AS not_before,
    judged_reminder_30.valid_until <= :param AS passed,
    judged_reminder_30.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_reminder_30.reason IS NULL) THEN judged_reminder_30.figures || jsonb_build_object('ends_on', judged_reminder_30.day, 'basis', judged_reminder_30.basis) END AS figures,
    judged_reminder_30.reason AS reason,
    judged_reminder_30.reason IS NULL AS wanted
    FROM (
      SELECT dated_reminder_30.subject_id AS subject_id,
      dated_reminder_30.store_id AS store_id,
      dated_reminder_30.customer_id AS customer_id,
      dated_reminder_30.time_zone AS time_zone,
      dated_reminder_30.language AS language,
      dated_reminder_30.today AS today,
      dated_reminder_30.day AS day,
      dated_reminder_30.anchor_at AS anchor_at,
      dated_reminder_30.basis AS basis,
      dated_reminder_30.figures AS figures,
      dated_reminder_30.vehicle_id AS vehicle_id,
      dated_reminder_30.starts_on AS starts_on,
      dated_reminder_30.sold AS sold,
      dated_reminder_30.due_at AS due_at,
      dated_reminder_30.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_23
          FROM touches
          WHERE touches.process = 'warranty-expiry'
          AND touches.subject_kind = 'warranty'
          AND touches.subject_id = dated_reminder_30.subject_id
          AND touches.step = 'reminder-30'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_reminder_30.anchor_at
          AND touches.anchor_at BETWEEN dated_reminder_30.anchor_at - '180 days, 0:00:00'
          AND dated_reminder_30.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN coalesce(dated_reminder_30.starts_on > dated_reminder_30.today, FALSE) THEN 'warranty-not-begun'
      WHEN (
        'vehicle-kept' = ANY ('{vehicle-kept,no-inspection}') AND dated_reminder_30.sold
      ) THEN 'vehicle-sold'
      WHEN (
        NOT (
          'no-inspection' = ANY ('{vehicle-kept,no-inspection}')
          AND (
            (
              EXISTS (
                SELECT :param AS anon_24
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(
                  timezone(dated_reminder_30.time_zone, appointments.starts_at) AS DATE
                ) >= dated_reminder_30.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id = dated_reminder_30.vehicle_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_24
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(
                  timezone(dated_reminder_30.time_zone, appointments.starts_at) AS DATE
                ) >= dated_reminder_30.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id IS NULL
                AND appointments.customer_id = dated_reminder_30.customer_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_25
                FROM repair_orders
                WHERE repair_orders.vehicle_id = dated_reminder_30.vehicle_id
                AND repair_orders.work_kind = 'inspection'
                AND repair_orders.closed_on BETWEEN dated_reminder_30.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND dated_reminder_30.today
              )
            )
          )
        )
      ) THEN NULL
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_26
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_reminder_30.time_zone, appointments.starts_at) AS DATE
            ) >= dated_reminder_30.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id = dated_reminder_30.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_26
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_reminder_30.time_zone, appointments.starts_at) AS DATE
            ) >= dated_reminder_30.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = dated_reminder_30.customer_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_27
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_reminder_30.vehicle_id
            AND repair_orders.work_kind = 'inspection'
            AND repair_orders.closed_on BETWEEN dated_reminder_30.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND dated_reminder_30.today
          )
        )
      ) THEN 'inspection-done'
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_28
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_reminder_30.time_zone, appointments.starts_at) AS DATE
            ) >= dated_reminder_30.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id = dated_reminder_30.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_28
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_reminder_30.time_zone, appointments.starts_at) AS DATE
            ) >= dated_reminder_30.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = dated_reminder_30.customer_id
          )
        )
      ) THEN 'inspection-booked' END END AS reason
      FROM (
        SELECT anon_16.subject_id AS subject_id,
        anon_16.store_id AS store_id,
        anon_16.customer_id AS customer_id,
        anon_16.time_zone AS time_zone,
        anon_16.language AS language,
        anon_16.today AS today,
        anon_16.day AS day,
        anon_16.anchor_at AS anchor_at,
        anon_16.basis AS basis,
        anon_16.figures AS figures,
        anon_16.vehicle_id AS vehicle_id,
        anon_16.starts_on AS starts_on,
        anon_16.sold AS sold,
        timezone(anon_16.time_zone, anon_16.day + :param + '10:00:00') AS due_at,
        timezone(anon_16.time_zone, anon_16.day + :param + '10:00:00') AS valid_until
        FROM anon_16
        WHERE coalesce(anon_16.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_reminder_30
      WHERE dated_reminder_30.due_at IS NOT NULL
      AND dated_reminder_30.due_at < dated_reminder_30.valid_until
      AND dated_reminder_30.due_at <= :param
      AND dated_reminder_30.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_reminder_30
    WHERE true
    UNION ALL
    SELECT 'last-reminder-7' AS step,
    judged_last_reminder_7.subject_id AS subject_id,
    judged_last_reminder_7.anchor_at AS anchor_at,
    judged_last_reminder_7.store_id AS store_id,
    judged_last_reminder_7.customer_id AS customer_id,
    CASE
    WHEN (judged_last_reminder_7.language = 'en') THEN :param
    WHEN (judged_last_reminder_7.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_last_reminder_7.due_at AS due_at,
    judged_last_reminder_7.valid_until AS valid_until,
    judged_last_reminder_7.due_at AS not_before,
    judged_last_reminder_7.valid_until <= :param AS passed,
    judged_last_reminder_7.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_last_reminder_7.reason IS NULL) THEN judged_last_reminder_7.figures || jsonb_build_object('ends_on', judged_last_reminder_7.day, 'basis', judged_last_reminder_7.basis) END AS figures,
    judged_last_reminder_7.reason AS reason,
    judged_last_reminder_7.reason IS NULL AS wanted
    FROM (
      SELECT dated_last_reminder_7.subject_id AS subject_id,
      dated_last_reminder_7.store_id AS store_id,
      dated_last_reminder_7.customer_id AS customer_id,
      dated_last_reminder_7.time_zone AS time_zone,
      dated_last_reminder_7.language AS language,
      dated_last_reminder_7.today AS today,
      dated_last_reminder_7.day AS day,
      dated_last_reminder_7.anchor_at AS anchor_at,
      dated_last_reminder_7.basis AS basis,
      dated_last_reminder_7.figures AS figures,
      dated_last_reminder_7.vehicle_id AS vehicle_id,
      dated_last_reminder_7.starts_on AS starts_on,
      dated_last_reminder_7.sold AS sold,
      dated_last_reminder_7.due_at AS due_at,
      dated_last_reminder_7.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_29
          FROM touches
          WHERE touches.process = 'warranty-expiry'
          AND touches.subject_kind = 'warranty'
          AND touches.subject_id = dated_last_reminder_7.subject_id
          AND touches.step = 'last-reminder-7'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_last_reminder_7.anchor_at
          AND touches.anchor_at BETWEEN dated_last_reminder_7.anchor_at - '180 days, 0:00:00'
          AND dated_last_reminder_7.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN coalesce(dated_last_reminder_7.starts_on > dated_last_reminder_7.today, FALSE) THEN 'warranty-not-begun'
      WHEN (
        'vehicle-kept' = ANY ('{vehicle-kept,no-inspection}') AND dated_last_reminder_7.sold
      ) THEN 'vehicle-sold'
      WHEN (
        NOT (
          'no-inspection' = ANY ('{vehicle-kept,no-inspection}')
          AND (
            (
              EXISTS (
                SELECT :param AS anon_30
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(
                  timezone(dated_last_reminder_7.time_zone, appointments.starts_at) AS DATE
                ) >= dated_last_reminder_7.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id = dated_last_reminder_7.vehicle_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_30
                FROM appointments
                WHERE appointments.work_kind = 'inspection'
                AND CAST(
                  timezone(dated_last_reminder_7.time_zone, appointments.starts_at) AS DATE
                ) >= dated_last_reminder_7.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND (
                  appointments.booked_at IS NULL OR appointments.booked_at <= :param
                )
                AND appointments.vehicle_id IS NULL
                AND appointments.customer_id = dated_last_reminder_7.customer_id
              )
            )
            OR (
              EXISTS (
                SELECT :param AS anon_31
                FROM repair_orders
                WHERE repair_orders.vehicle_id = dated_last_reminder_7.vehicle_id
                AND repair_orders.work_kind = 'inspection'
                AND repair_orders.closed_on BETWEEN dated_last_reminder_7.day - CAST((:param ->> 'inspection_days') AS INTEGER)
                AND dated_last_reminder_7.today
              )
            )
          )
        )
      ) THEN NULL
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_32
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_last_reminder_7.time_zone, appointments.starts_at) AS DATE
            ) >= dated_last_reminder_7.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id = dated_last_reminder_7.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_32
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_last_reminder_7.time_zone, appointments.starts_at) AS DATE
            ) >= dated_last_reminder_7.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND (
              appointments.status IN ('arrived', 'completed') OR appointments.arrived_at <= :param
            )
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = dated_last_reminder_7.customer_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_33
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_last_reminder_7.vehicle_id
            AND repair_orders.work_kind = 'inspection'
            AND repair_orders.closed_on BETWEEN dated_last_reminder_7.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND dated_last_reminder_7.today
          )
        )
      ) THEN 'inspection-done'
      WHEN (
        (
          EXISTS (
            SELECT :param AS anon_34
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_last_reminder_7.time_zone, appointments.starts_at) AS DATE
            ) >= dated_last_reminder_7.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id = dated_last_reminder_7.vehicle_id
          )
        )
        OR (
          EXISTS (
            SELECT :param AS anon_34
            FROM appointments
            WHERE appointments.work_kind = 'inspection'
            AND CAST(
              timezone(dated_last_reminder_7.time_zone, appointments.starts_at) AS DATE
            ) >= dated_last_reminder_7.day - CAST((:param ->> 'inspection_days') AS INTEGER)
            AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
            AND NOT (
              appointments.status = 'cancelled'
              AND (
                appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
              )
            )
            AND NOT (appointments.status = 'no-show' AND appointments.starts_at <= :param)
            AND appointments.starts_at > :param
            AND appointments.vehicle_id IS NULL
            AND appointments.customer_id = dated_last_reminder_7.customer_id
          )
        )
      ) THEN 'inspection-booked' END END AS reason
      FROM (
        SELECT anon_16.subject_id AS subject_id,
        anon_16.store_id AS store_id,
        anon_16.customer_id AS customer_id,
        anon_16.time_zone AS time_zone,
        anon_16.language AS language,
        anon_16.today AS today,
        anon_16.day AS day,
        anon_16.anchor_at AS anchor_at,
        anon_16.basis AS basis,
        anon_16.figures AS figures,
        anon_16.vehicle_id AS vehicle_id,
        anon_16.starts_on AS starts_on,
        anon_16.sold AS sold,
        timezone(anon_16.time_zone, anon_16.day + :param + '10:00:00') AS due_at,
        anon_16.anchor_at AS valid_until
        FROM anon_16
        WHERE coalesce(anon_16.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_last_reminder_7
      WHERE dated_last_reminder_7.due_at IS NOT NULL
      AND dated_last_reminder_7.due_at < dated_last_reminder_7.valid_until
      AND dated_last_reminder_7.due_at <= :param
      AND dated_last_reminder_7.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_last_reminder_7
    WHERE true
  ) AS population
),
planned AS /* the touches that were not there yet, inserted */ (
  INSERT INTO touches (
    process,
    subject_kind,
    subject_id,
    anchor_at,
    step,
    kind,
    purpose,
    priority,
    obligation,
    works_holidays,
    store_id,
    customer_id,
    policy_version_id,
    template_version_id,
    channels,
    conditions,
    role,
    approval,
    effects,
    series,
    due_at,
    valid_until,
    not_before,
    state,
    figures,
    state_at,
    planned_at,
    planned_by,
    gate,
    reason
  )
  SELECT wanted.process AS process,
  wanted.subject_kind AS subject_kind,
  wanted.subject_id AS subject_id,
  wanted.anchor_at AS anchor_at,
  wanted.step AS step,
  wanted.kind AS kind,
  wanted.purpose AS purpose,
  wanted.priority AS priority,
  wanted.obligation AS obligation,
  wanted.works_holidays AS works_holidays,
  wanted.store_id AS store_id,
  wanted.customer_id AS customer_id,
  wanted.policy_version_id AS policy_version_id,
  wanted.template_version_id AS template_version_id,
  wanted.channels AS channels,
  wanted.conditions AS conditions,
  wanted.role AS role,
  wanted.approval AS approval,
  wanted.effects AS effects,
  wanted.series AS series,
  wanted.due_at AS due_at,
  wanted.valid_until AS valid_until,
  wanted.not_before AS not_before,
  wanted.state AS state,
  wanted.figures AS figures,
  :param AS anon_5,
  :param AS anon_6,
  NULL AS anon_7,
  CASE
  WHEN (wanted.state = 'skipped') THEN 'validity' END AS anon_8,
  CASE
  WHEN (wanted.state = 'skipped') THEN wanted.late END AS anon_9
  FROM (
    SELECT 'warranty-expiry' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  ON CONFLICT ON CONSTRAINT uq_touches_once DO NOTHING
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what was found late, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT planned.id AS id,
  'validity' AS anon_1,
  'stop' AS anon_2,
  planned.reason AS reason,
  jsonb_build_object() AS jsonb_build_object_1,
  :param AS anon_3,
  NULL AS anon_4
  FROM planned
  WHERE planned.state = 'skipped'
),
revived AS /* ended touches whose reason is back, planned again */ (
  UPDATE touches
  SET policy_version_id=wanted.policy_version_id,
  template_version_id=wanted.template_version_id,
  conditions=wanted.conditions,
  series=wanted.series,
  due_at=wanted.due_at,
  valid_until=wanted.valid_until,
  not_before=wanted.not_before,
  state=wanted.state,
  state_at=:param,
  gate=NULL,
  reason=NULL,
  reason_figures=NULL,
  figures=wanted.figures,
  approved_at=NULL,
  approved_by=NULL
  FROM (
    SELECT 'warranty-expiry' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  WHERE coalesce(touches.state IN ('cancelled', 'superseded'), false)
  AND touches.process = wanted.process
  AND touches.subject_kind = wanted.subject_kind
  AND touches.subject_id = wanted.subject_id
  AND touches.anchor_at = wanted.anchor_at
  AND touches.step = wanted.step
  AND touches.state IN ('cancelled', 'superseded')
  AND touches.gate IN ('facts', 'anchor')
  AND touches.contacted_at IS NULL
  AND wanted.state != 'skipped'
  RETURNING touches.id
)
SELECT counted.part,
counted.reason,
counted.touches
FROM (
  SELECT 'looked at' AS part,
  looked_at.reason AS reason,
  count(*) AS touches
  FROM looked_at
  GROUP BY looked_at.reason
  UNION ALL
  SELECT 'planned' AS part,
  planned.reason AS reason,
  count(*) AS touches
  FROM planned
  GROUP BY planned.reason
  UNION ALL
  SELECT 'revived' AS part,
  NULL AS reason,
  count(*) AS touches
  FROM revived
  GROUP BY NULL
) AS counted;
