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
  WHERE touches.process = 'post-delivery-followup'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
handover_once AS MATERIALIZED /* the facts of each handover that a touch is about */ (
  SELECT handovers.id AS subject_id,
  handovers.store_id AS store_id,
  handovers.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  handovers.handed_over_on AS day,
  timezone(stores.time_zone, handovers.handed_over_on + '00:00:00') AS anchor_at,
  coalesce(disposed.disposed_on <= stores.today, FALSE)
  OR (
    EXISTS (
      SELECT :param AS anon_5
      FROM handovers AS handovers_1
      WHERE handovers_1.vehicle_id = handovers.vehicle_id
      AND handovers_1.customer_id != handovers.customer_id
      AND handovers_1.handed_over_on > handovers.handed_over_on
      AND handovers_1.handed_over_on <= stores.today
    )
  ) AS sold,
  nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
  FROM handovers
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = handovers.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = handovers.customer_id
  LEFT OUTER JOIN customers ON customers.id = handovers.customer_id
  LEFT OUTER JOIN (
    SELECT vehicles.id AS id, vehicles.disposed_on AS disposed_on FROM vehicles WHERE vehicles.disposed_on IS NOT NULL
  ) AS disposed ON disposed.id = handovers.vehicle_id
  LEFT OUTER JOIN vehicles ON vehicles.id = handovers.vehicle_id
  WHERE handovers.id IN (
    SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'handover', FALSE)
  )
),
repair_order_once AS MATERIALIZED /* the facts of each repair-order that a touch is about */ (
  SELECT repair_orders.id AS subject_id,
  repair_orders.store_id AS store_id,
  repair_orders.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  repair_orders.closed_on AS day,
  timezone(stores.time_zone, repair_orders.closed_on + '00:00:00') AS anchor_at,
  coalesce(disposed.disposed_on <= stores.today, FALSE)
  OR (
    EXISTS (
      SELECT :param AS anon_10
      FROM handovers AS handovers_2
      WHERE handovers_2.vehicle_id = repair_orders.vehicle_id
      AND handovers_2.customer_id != repair_orders.customer_id
      AND handovers_2.handed_over_on > repair_orders.closed_on
      AND handovers_2.handed_over_on <= stores.today
    )
  ) AS sold,
  nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle,
  repair_orders.work AS work
  FROM repair_orders
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = repair_orders.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = repair_orders.customer_id
  LEFT OUTER JOIN customers ON customers.id = repair_orders.customer_id
  LEFT OUTER JOIN (
    SELECT vehicles.id AS id, vehicles.disposed_on AS disposed_on FROM vehicles WHERE vehicles.disposed_on IS NOT NULL
  ) AS disposed ON disposed.id = repair_orders.vehicle_id
  LEFT OUTER JOIN vehicles ON vehicles.id = repair_orders.vehicle_id
  WHERE repair_orders.id IN (
    SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'repair-order', FALSE)
  )
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
        AND earlier.subject_kind = 'handover'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (handover_now.day > handover_now.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND handover_now.sold) THEN 'vehicle-sold' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(
                month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(handover_now.time_zone, open_touches.anchor_at)) < EXTRACT(day FROM timezone(handover_now.time_zone, handover_now.anchor_at))
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(handover_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
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
                      year FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(
                  day FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                ) < EXTRACT(
                  day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(handover_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN handover_now.anchor_at
        ELSE timezone(
          handover_now.time_zone,
          timezone(handover_now.time_zone, handover_now.anchor_at) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(handover_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'months') AS INTEGER),
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(handover_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
            AND CAST((open_touches.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(handover_now.time_zone, handover_now.anchor_at) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(handover_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE
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
                            year FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(handover_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(handover_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(day FROM timezone(handover_now.time_zone, handover_now.anchor_at))
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != handover_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (handover_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'handover'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (handover_now.day > handover_now.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND handover_now.sold) THEN 'vehicle-sold' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    jsonb_build_object('day', handover_now.day, 'vehicle_sold', handover_now.sold) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT handover_once.subject_id AS subject_id,
      handover_once.store_id AS store_id,
      handover_once.customer_id AS customer_id,
      handover_once.time_zone AS time_zone,
      handover_once.language AS language,
      handover_once.today AS today,
      handover_once.customer AS customer,
      handover_once.salutation AS salutation,
      handover_once.store AS store,
      handover_once.store_phone AS store_phone,
      handover_once.day AS day,
      handover_once.anchor_at AS anchor_at,
      handover_once.sold AS sold,
      handover_once.vehicle AS vehicle
      FROM handover_once
    ) AS handover_now ON handover_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'handover', FALSE)
    UNION ALL
    SELECT open_touches.id AS touch_id,
    open_touches.state AS state,
    coalesce(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_6
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'repair-order'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (repair_order_now.day > repair_order_now.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND repair_order_now.sold) THEN 'vehicle-sold'
      WHEN (
        (
          open_touches.conditions && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_7
            FROM repair_orders
            WHERE repair_orders.id = repair_order_now.subject_id
            AND (
              'of-inspection' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('first-service')
              OR 'of-second-service' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('second-service')
              OR 'of-tyres' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('tyres')
              OR 'of-repair' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('overhaul')
              OR 'of-accident' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('warranty-work')
              OR 'of-other' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work'
      WHEN (
        'came-back' = ANY (open_touches.conditions)
        AND (
          SELECT :param AS anon_8
          FROM repair_orders
          WHERE repair_orders.id = repair_order_now.subject_id
          AND (
            EXISTS (
              SELECT :param AS anon_9
              FROM repair_orders AS repair_orders_1
              WHERE repair_orders.vehicle_id = repair_orders_1.vehicle_id
              AND repair_orders.work_kind = repair_orders_1.work_kind
              AND repair_orders_1.work_kind != 'other'
              AND repair_orders.id != repair_orders_1.id
              AND coalesce(repair_orders.opened_on, repair_orders.closed_on) >= repair_orders_1.closed_on
              AND coalesce(repair_orders.opened_on, repair_orders.closed_on) - repair_orders_1.closed_on <= :param
              AND coalesce(repair_orders.opened_on, repair_orders.closed_on) > coalesce(repair_orders_1.opened_on, repair_orders_1.closed_on)
            )
          )
          LIMIT :param
        ) IS NULL
      ) THEN 'did-not-come-back' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(
                month FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(
                day FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
              ) < EXTRACT(
                day FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
              )
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(repair_order_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
              timezone(repair_order_now.time_zone, repair_order_now.anchor_at) AS DATE
            )
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
                      year FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(
                  day FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                ) < EXTRACT(
                  day FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(
                timezone(repair_order_now.time_zone, open_touches.anchor_at) AS DATE
              ) - CAST(
                timezone(repair_order_now.time_zone, repair_order_now.anchor_at) AS DATE
              )
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN repair_order_now.anchor_at
        ELSE timezone(
          repair_order_now.time_zone,
          timezone(repair_order_now.time_zone, repair_order_now.anchor_at) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(repair_order_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(repair_order_now.time_zone, repair_order_now.anchor_at) AS DATE
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
                        year FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(repair_order_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(repair_order_now.time_zone, repair_order_now.anchor_at) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
            AND CAST((open_touches.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(repair_order_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(repair_order_now.time_zone, repair_order_now.anchor_at) AS DATE
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
                            year FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(repair_order_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(repair_order_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(repair_order_now.time_zone, repair_order_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(
              day FROM timezone(repair_order_now.time_zone, repair_order_now.anchor_at)
            )
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != repair_order_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (repair_order_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_6
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'repair-order'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (repair_order_now.day > repair_order_now.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND repair_order_now.sold) THEN 'vehicle-sold'
      WHEN (
        (
          open_touches.conditions && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_7
            FROM repair_orders
            WHERE repair_orders.id = repair_order_now.subject_id
            AND (
              'of-inspection' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('first-service')
              OR 'of-second-service' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('second-service')
              OR 'of-tyres' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('tyres')
              OR 'of-repair' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('overhaul')
              OR 'of-accident' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('warranty-work')
              OR 'of-other' = ANY (open_touches.conditions)
              AND repair_orders.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work'
      WHEN (
        'came-back' = ANY (open_touches.conditions)
        AND (
          SELECT :param AS anon_8
          FROM repair_orders
          WHERE repair_orders.id = repair_order_now.subject_id
          AND (
            EXISTS (
              SELECT :param AS anon_9
              FROM repair_orders AS repair_orders_1
              WHERE repair_orders.vehicle_id = repair_orders_1.vehicle_id
              AND repair_orders.work_kind = repair_orders_1.work_kind
              AND repair_orders_1.work_kind != 'other'
              AND repair_orders.id != repair_orders_1.id
              AND coalesce(repair_orders.opened_on, repair_orders.closed_on) >= repair_orders_1.closed_on
              AND coalesce(repair_orders.opened_on, repair_orders.closed_on) - repair_orders_1.closed_on <= :param
              AND coalesce(repair_orders.opened_on, repair_orders.closed_on) > coalesce(repair_orders_1.opened_on, repair_orders_1.closed_on)
            )
          )
          LIMIT :param
        ) IS NULL
      ) THEN 'did-not-come-back' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    jsonb_build_object('day', repair_order_now.day, 'vehicle_sold', repair_order_now.sold) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT repair_order_once.subject_id AS subject_id,
      repair_order_once.store_id AS store_id,
      repair_order_once.customer_id AS customer_id,
      repair_order_once.time_zone AS time_zone,
      repair_order_once.language AS language,
      repair_order_once.today AS today,
      repair_order_once.customer AS customer,
      repair_order_once.salutation AS salutation,
      repair_order_once.store AS store,
      repair_order_once.store_phone AS store_phone,
      repair_order_once.day AS day,
      repair_order_once.anchor_at AS anchor_at,
      repair_order_once.sold AS sold,
      repair_order_once.vehicle AS vehicle,
      repair_order_once.work AS work
      FROM repair_order_once
    ) AS repair_order_now ON repair_order_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'repair-order', FALSE)
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

WITH anon_11 AS /* the facts of each subject that a step may be due for */ (
  SELECT known.subject_id AS subject_id,
  known.store_id AS store_id,
  known.customer_id AS customer_id,
  known.time_zone AS time_zone,
  known.language AS language,
  known.today AS today,
  known.day AS day,
  known.anchor_at AS anchor_at,
  known.sold AS sold
  FROM (
    SELECT handovers.id AS subject_id,
    handovers.store_id AS store_id,
    handovers.customer_id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(own_languages.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    handovers.handed_over_on AS day,
    timezone(stores.time_zone, handovers.handed_over_on + '00:00:00') AS anchor_at,
    coalesce(disposed.disposed_on <= stores.today, FALSE)
    OR (
      EXISTS (
        SELECT :param AS anon_12
        FROM handovers AS handovers_1
        WHERE handovers_1.vehicle_id = handovers.vehicle_id
        AND handovers_1.customer_id != handovers.customer_id
        AND handovers_1.handed_over_on > handovers.handed_over_on
        AND handovers_1.handed_over_on <= stores.today
      )
    ) AS sold,
    nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
    FROM handovers
    JOIN (
      SELECT stores.id AS id,
      stores.time_zone AS time_zone,
      stores.language AS language,
      stores.name AS name,
      stores.phone AS phone,
      CAST(timezone(stores.time_zone, :param) AS DATE) AS today
      FROM stores
      LIMIT ALL OFFSET :param
    ) AS stores ON stores.id = handovers.store_id
    LEFT OUTER JOIN (
      SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
    ) AS own_languages ON own_languages.id = handovers.customer_id
    LEFT OUTER JOIN customers ON customers.id = handovers.customer_id
    LEFT OUTER JOIN (
      SELECT vehicles.id AS id, vehicles.disposed_on AS disposed_on FROM vehicles WHERE vehicles.disposed_on IS NOT NULL
    ) AS disposed ON disposed.id = handovers.vehicle_id
    LEFT OUTER JOIN vehicles ON vehicles.id = handovers.vehicle_id
    WHERE (
      handovers.handed_over_on BETWEEN '2026-03-02'
      AND '2026-03-11'
      OR handovers.handed_over_on BETWEEN '2026-02-26'
      AND '2026-03-09'
      OR handovers.handed_over_on BETWEEN '2026-02-20'
      AND '2026-03-05'
      OR handovers.handed_over_on BETWEEN '2026-01-21'
      AND '2026-02-10'
      OR handovers.handed_over_on BETWEEN '2025-11-22'
      AND '2025-12-12'
      OR handovers.handed_over_on BETWEEN '2026-03-05'
      AND '2026-03-12'
    )
    AND handovers.store_id IN (:store_id_1)
  ) AS known
),
anon_22 AS /* the facts of each subject that a step may be due for */ (
  SELECT known.subject_id AS subject_id,
  known.store_id AS store_id,
  known.customer_id AS customer_id,
  known.time_zone AS time_zone,
  known.language AS language,
  known.today AS today,
  known.day AS day,
  known.anchor_at AS anchor_at,
  known.sold AS sold
  FROM (
    SELECT repair_orders.id AS subject_id,
    repair_orders.store_id AS store_id,
    repair_orders.customer_id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(own_languages.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    repair_orders.closed_on AS day,
    timezone(stores.time_zone, repair_orders.closed_on + '00:00:00') AS anchor_at,
    coalesce(disposed.disposed_on <= stores.today, FALSE)
    OR (
      EXISTS (
        SELECT :param AS anon_23
        FROM handovers AS handovers_2
        WHERE handovers_2.vehicle_id = repair_orders.vehicle_id
        AND handovers_2.customer_id != repair_orders.customer_id
        AND handovers_2.handed_over_on > repair_orders.closed_on
        AND handovers_2.handed_over_on <= stores.today
      )
    ) AS sold,
    nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle,
    repair_orders.work AS work
    FROM repair_orders
    JOIN (
      SELECT stores.id AS id,
      stores.time_zone AS time_zone,
      stores.language AS language,
      stores.name AS name,
      stores.phone AS phone,
      CAST(timezone(stores.time_zone, :param) AS DATE) AS today
      FROM stores
      LIMIT ALL OFFSET :param
    ) AS stores ON stores.id = repair_orders.store_id
    LEFT OUTER JOIN (
      SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
    ) AS own_languages ON own_languages.id = repair_orders.customer_id
    LEFT OUTER JOIN customers ON customers.id = repair_orders.customer_id
    LEFT OUTER JOIN (
      SELECT vehicles.id AS id, vehicles.disposed_on AS disposed_on FROM vehicles WHERE vehicles.disposed_on IS NOT NULL
    ) AS disposed ON disposed.id = repair_orders.vehicle_id
    LEFT OUTER JOIN vehicles ON vehicles.id = repair_orders.vehicle_id
    WHERE repair_orders.closed_on BETWEEN '2026-02-24'
    AND '2026-03-09'
    AND repair_orders.store_id IN (:store_id_2)
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
    SELECT 'thanks' AS step,
    judged_thanks.subject_id AS subject_id,
    judged_thanks.anchor_at AS anchor_at,
    judged_thanks.store_id AS store_id,
    judged_thanks.customer_id AS customer_id,
    CASE
    WHEN (judged_thanks.language = 'en') THEN :param
    WHEN (judged_thanks.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_thanks.due_at AS due_at,
    judged_thanks.valid_until AS valid_until,
    judged_thanks.due_at AS not_before,
    judged_thanks.valid_until <= :param AS passed,
    judged_thanks.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_thanks.reason IS NULL) THEN jsonb_build_object('day', judged_thanks.day, 'vehicle_sold', judged_thanks.sold) END AS figures,
    judged_thanks.reason AS reason,
    judged_thanks.reason IS NULL AS wanted
    FROM (
      SELECT dated_thanks.subject_id AS subject_id,
      dated_thanks.store_id AS store_id,
      dated_thanks.customer_id AS customer_id,
      dated_thanks.time_zone AS time_zone,
      dated_thanks.language AS language,
      dated_thanks.today AS today,
      dated_thanks.day AS day,
      dated_thanks.anchor_at AS anchor_at,
      dated_thanks.sold AS sold,
      dated_thanks.due_at AS due_at,
      dated_thanks.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_10
          FROM touches
          WHERE touches.process = 'post-delivery-followup'
          AND touches.subject_kind = 'handover'
          AND touches.subject_id = dated_thanks.subject_id
          AND touches.step = 'thanks'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_thanks.anchor_at
          AND touches.anchor_at BETWEEN dated_thanks.anchor_at - '180 days, 0:00:00'
          AND dated_thanks.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (dated_thanks.day > dated_thanks.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY ('{vehicle-kept}') AND dated_thanks.sold) THEN 'vehicle-sold' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.day AS day,
        anon_11.anchor_at AS anchor_at,
        anon_11.sold AS sold,
        timezone(anon_11.time_zone, anon_11.day + :param + '10:00:00') AS due_at,
        timezone(anon_11.time_zone, anon_11.day + :param + '09:30:00') AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_thanks
      WHERE dated_thanks.due_at IS NOT NULL
      AND dated_thanks.due_at < dated_thanks.valid_until
      AND dated_thanks.due_at <= :param
      AND dated_thanks.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_thanks
    WHERE true
    UNION ALL
    SELECT 'day-3-call' AS step,
    judged_day_3_call.subject_id AS subject_id,
    judged_day_3_call.anchor_at AS anchor_at,
    judged_day_3_call.store_id AS store_id,
    judged_day_3_call.customer_id AS customer_id,
    CASE
    WHEN (judged_day_3_call.language = 'en') THEN :param
    WHEN (judged_day_3_call.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_day_3_call.due_at AS due_at,
    judged_day_3_call.valid_until AS valid_until,
    judged_day_3_call.due_at AS not_before,
    judged_day_3_call.valid_until <= :param AS passed,
    judged_day_3_call.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_day_3_call.reason IS NULL) THEN jsonb_build_object('day', judged_day_3_call.day, 'vehicle_sold', judged_day_3_call.sold) END AS figures,
    judged_day_3_call.reason AS reason,
    judged_day_3_call.reason IS NULL AS wanted
    FROM (
      SELECT dated_day_3_call.subject_id AS subject_id,
      dated_day_3_call.store_id AS store_id,
      dated_day_3_call.customer_id AS customer_id,
      dated_day_3_call.time_zone AS time_zone,
      dated_day_3_call.language AS language,
      dated_day_3_call.today AS today,
      dated_day_3_call.day AS day,
      dated_day_3_call.anchor_at AS anchor_at,
      dated_day_3_call.sold AS sold,
      dated_day_3_call.due_at AS due_at,
      dated_day_3_call.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_13
          FROM touches
          WHERE touches.process = 'post-delivery-followup'
          AND touches.subject_kind = 'handover'
          AND touches.subject_id = dated_day_3_call.subject_id
          AND touches.step = 'day-3-call'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_day_3_call.anchor_at
          AND touches.anchor_at BETWEEN dated_day_3_call.anchor_at - '180 days, 0:00:00'
          AND dated_day_3_call.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (dated_day_3_call.day > dated_day_3_call.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY ('{vehicle-kept}') AND dated_day_3_call.sold) THEN 'vehicle-sold' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.day AS day,
        anon_11.anchor_at AS anchor_at,
        anon_11.sold AS sold,
        timezone(anon_11.time_zone, anon_11.day + :param + '09:30:00') AS due_at,
        timezone(anon_11.time_zone, anon_11.day + :param + '09:30:00') AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_day_3_call
      WHERE dated_day_3_call.due_at IS NOT NULL
      AND dated_day_3_call.due_at < dated_day_3_call.valid_until
      AND dated_day_3_call.due_at <= :param
      AND dated_day_3_call.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_day_3_call
    WHERE true
    UNION ALL
    SELECT 'day-7-call' AS step,
    judged_day_7_call.subject_id AS subject_id,
    judged_day_7_call.anchor_at AS anchor_at,
    judged_day_7_call.store_id AS store_id,
    judged_day_7_call.customer_id AS customer_id,
    CASE
    WHEN (judged_day_7_call.language = 'en') THEN :param
    WHEN (judged_day_7_call.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_day_7_call.due_at AS due_at,
    judged_day_7_call.valid_until AS valid_until,
    judged_day_7_call.due_at AS not_before,
    judged_day_7_call.valid_until <= :param AS passed,
    judged_day_7_call.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_day_7_call.reason IS NULL) THEN jsonb_build_object('day', judged_day_7_call.day, 'vehicle_sold', judged_day_7_call.sold) END AS figures,
    judged_day_7_call.reason AS reason,
    judged_day_7_call.reason IS NULL AS wanted
    FROM (
      SELECT dated_day_7_call.subject_id AS subject_id,
      dated_day_7_call.store_id AS store_id,
      dated_day_7_call.customer_id AS customer_id,
      dated_day_7_call.time_zone AS time_zone,
      dated_day_7_call.language AS language,
      dated_day_7_call.today AS today,
      dated_day_7_call.day AS day,
      dated_day_7_call.anchor_at AS anchor_at,
      dated_day_7_call.sold AS sold,
      dated_day_7_call.due_at AS due_at,
      dated_day_7_call.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_14
          FROM touches
          WHERE touches.process = 'post-delivery-followup'
          AND touches.subject_kind = 'handover'
          AND touches.subject_id = dated_day_7_call.subject_id
          AND touches.step = 'day-7-call'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_day_7_call.anchor_at
          AND touches.anchor_at BETWEEN dated_day_7_call.anchor_at - '180 days, 0:00:00'
          AND dated_day_7_call.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (dated_day_7_call.day > dated_day_7_call.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY ('{vehicle-kept}') AND dated_day_7_call.sold) THEN 'vehicle-sold' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.day AS day,
        anon_11.anchor_at AS anchor_at,
        anon_11.sold AS sold,
        timezone(anon_11.time_zone, anon_11.day + :param + '09:30:00') AS due_at,
        timezone(anon_11.time_zone, anon_11.day + :param + '09:30:00') + '7 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_day_7_call
      WHERE dated_day_7_call.due_at IS NOT NULL
      AND dated_day_7_call.due_at < dated_day_7_call.valid_until
      AND dated_day_7_call.due_at <= :param
      AND dated_day_7_call.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_day_7_call
    WHERE true
    UNION ALL
    SELECT 'day-30-call' AS step,
    judged_day_30_call.subject_id AS subject_id,
    judged_day_30_call.anchor_at AS anchor_at,
    judged_day_30_call.store_id AS store_id,
    judged_day_30_call.customer_id AS customer_id,
    CASE
    WHEN (judged_day_30_call.language = 'en') THEN :param
    WHEN (judged_day_30_call.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_day_30_call.due_at AS due_at,
    judged_day_30_call.valid_until AS valid_until,
    judged_day_30_call.due_at AS not_before,
    judged_day_30_call.valid_until <= :param AS passed,
    judged_day_30_call.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_day_30_call.reason IS NULL) THEN jsonb_build_object('day', judged_day_30_call.day, 'vehicle_sold', judged_day_30_call.sold) END AS figures,
    judged_day_30_call.reason AS reason,
    judged_day_30_call.reason IS NULL AS wanted
    FROM (
      SELECT dated_day_30_call.subject_id AS subject_id,
      dated_day_30_call.store_id AS store_id,
      dated_day_30_call.customer_id AS customer_id,
      dated_day_30_call.time_zone AS time_zone,
      dated_day_30_call.language AS language,
      dated_day_30_call.today AS today,
      dated_day_30_call.day AS day,
      dated_day_30_call.anchor_at AS anchor_at,
      dated_day_30_call.sold AS sold,
      dated_day_30_call.due_at AS due_at,
      dated_day_30_call.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_15
          FROM touches
          WHERE touches.process = 'post-delivery-followup'
          AND touches.subject_kind = 'handover'
          AND touches.subject_id = dated_day_30_call.subject_id
          AND touches.step = 'day-30-call'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_day_30_call.anchor_at
          AND touches.anchor_at BETWEEN dated_day_30_call.anchor_at - '180 days, 0:00:00'
          AND dated_day_30_call.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (dated_day_30_call.day > dated_day_30_call.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY ('{vehicle-kept}') AND dated_day_30_call.sold) THEN 'vehicle-sold' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.day AS day,
        anon_11.anchor_at AS anchor_at,
        anon_11.sold AS sold,
        timezone(anon_11.time_zone, anon_11.day + :param + '09:30:00') AS due_at,
        timezone(anon_11.time_zone, anon_11.day + :param + '09:30:00') + '14 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_day_30_call
      WHERE dated_day_30_call.due_at IS NOT NULL
      AND dated_day_30_call.due_at < dated_day_30_call.valid_until
      AND dated_day_30_call.due_at <= :param
      AND dated_day_30_call.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_day_30_call
    WHERE true
    UNION ALL
    SELECT 'day-90' AS step,
    judged_day_90.subject_id AS subject_id,
    judged_day_90.anchor_at AS anchor_at,
    judged_day_90.store_id AS store_id,
    judged_day_90.customer_id AS customer_id,
    CASE
    WHEN (judged_day_90.language = 'en') THEN :param
    WHEN (judged_day_90.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_day_90.due_at AS due_at,
    judged_day_90.valid_until AS valid_until,
    judged_day_90.due_at AS not_before,
    judged_day_90.valid_until <= :param AS passed,
    judged_day_90.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_day_90.reason IS NULL) THEN jsonb_build_object('day', judged_day_90.day, 'vehicle_sold', judged_day_90.sold) END AS figures,
    judged_day_90.reason AS reason,
    judged_day_90.reason IS NULL AS wanted
    FROM (
      SELECT dated_day_90.subject_id AS subject_id,
      dated_day_90.store_id AS store_id,
      dated_day_90.customer_id AS customer_id,
      dated_day_90.time_zone AS time_zone,
      dated_day_90.language AS language,
      dated_day_90.today AS today,
      dated_day_90.day AS day,
      dated_day_90.anchor_at AS anchor_at,
      dated_day_90.sold AS sold,
      dated_day_90.due_at AS due_at,
      dated_day_90.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_16
          FROM touches
          WHERE touches.process = 'post-delivery-followup'
          AND touches.subject_kind = 'handover'
          AND touches.subject_id = dated_day_90.subject_id
          AND touches.step = 'day-90'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_day_90.anchor_at
          AND touches.anchor_at BETWEEN dated_day_90.anchor_at - '180 days, 0:00:00'
          AND dated_day_90.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (dated_day_90.day > dated_day_90.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY ('{vehicle-kept}') AND dated_day_90.sold) THEN 'vehicle-sold' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.day AS day,
        anon_11.anchor_at AS anchor_at,
        anon_11.sold AS sold,
        timezone(anon_11.time_zone, anon_11.day + :param + '10:00:00') AS due_at,
        timezone(anon_11.time_zone, anon_11.day + :param + '10:00:00') + '14 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_day_90
      WHERE dated_day_90.due_at IS NOT NULL
      AND dated_day_90.due_at < dated_day_90.valid_until
      AND dated_day_90.due_at <= :param
      AND dated_day_90.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_day_90
    WHERE true
    UNION ALL
    SELECT 'introduce-advisor' AS step,
    judged_introduce_advisor.subject_id AS subject_id,
    judged_introduce_advisor.anchor_at AS anchor_at,
    judged_introduce_advisor.store_id AS store_id,
    judged_introduce_advisor.customer_id AS customer_id,
    CASE
    WHEN (judged_introduce_advisor.language = 'en') THEN :param
    WHEN (judged_introduce_advisor.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_introduce_advisor.due_at AS due_at,
    judged_introduce_advisor.valid_until AS valid_until,
    judged_introduce_advisor.due_at AS not_before,
    judged_introduce_advisor.valid_until <= :param AS passed,
    judged_introduce_advisor.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_introduce_advisor.reason IS NULL) THEN jsonb_build_object(
      'day', judged_introduce_advisor.day, 'vehicle_sold', judged_introduce_advisor.sold
    ) END AS figures,
    judged_introduce_advisor.reason AS reason,
    judged_introduce_advisor.reason IS NULL AS wanted
    FROM (
      SELECT dated_introduce_advisor.subject_id AS subject_id,
      dated_introduce_advisor.store_id AS store_id,
      dated_introduce_advisor.customer_id AS customer_id,
      dated_introduce_advisor.time_zone AS time_zone,
      dated_introduce_advisor.language AS language,
      dated_introduce_advisor.today AS today,
      dated_introduce_advisor.day AS day,
      dated_introduce_advisor.anchor_at AS anchor_at,
      dated_introduce_advisor.sold AS sold,
      dated_introduce_advisor.due_at AS due_at,
      dated_introduce_advisor.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_17
          FROM touches
          WHERE touches.process = 'post-delivery-followup'
          AND touches.subject_kind = 'handover'
          AND touches.subject_id = dated_introduce_advisor.subject_id
          AND touches.step = 'introduce-advisor'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_introduce_advisor.anchor_at
          AND touches.anchor_at BETWEEN dated_introduce_advisor.anchor_at - '180 days, 0:00:00'
          AND dated_introduce_advisor.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (dated_introduce_advisor.day > dated_introduce_advisor.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY ('{vehicle-kept}') AND dated_introduce_advisor.sold) THEN 'vehicle-sold' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.day AS day,
        anon_11.anchor_at AS anchor_at,
        anon_11.sold AS sold,
        timezone(anon_11.time_zone, anon_11.day + :param + '09:00:00') AS due_at,
        timezone(anon_11.time_zone, anon_11.day + :param + '09:00:00') + '1 day, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_introduce_advisor
      WHERE dated_introduce_advisor.due_at IS NOT NULL
      AND dated_introduce_advisor.due_at < dated_introduce_advisor.valid_until
      AND dated_introduce_advisor.due_at <= :param
      AND dated_introduce_advisor.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_introduce_advisor
    WHERE true
    UNION ALL
    SELECT 'repair-day-3-call' AS step,
    judged_repair_day_3_call.subject_id AS subject_id,
    judged_repair_day_3_call.anchor_at AS anchor_at,
    judged_repair_day_3_call.store_id AS store_id,
    judged_repair_day_3_call.customer_id AS customer_id,
    CASE
    WHEN (judged_repair_day_3_call.language = 'en') THEN :param
    WHEN (judged_repair_day_3_call.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_repair_day_3_call.due_at AS due_at,
    judged_repair_day_3_call.valid_until AS valid_until,
    judged_repair_day_3_call.due_at AS not_before,
    judged_repair_day_3_call.valid_until <= :param AS passed,
    judged_repair_day_3_call.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_repair_day_3_call.reason IS NULL) THEN jsonb_build_object(
      'day', judged_repair_day_3_call.day, 'vehicle_sold', judged_repair_day_3_call.sold
    ) END AS figures,
    judged_repair_day_3_call.reason AS reason,
    judged_repair_day_3_call.reason IS NULL AS wanted
    FROM (
      SELECT dated_repair_day_3_call.subject_id AS subject_id,
      dated_repair_day_3_call.store_id AS store_id,
      dated_repair_day_3_call.customer_id AS customer_id,
      dated_repair_day_3_call.time_zone AS time_zone,
      dated_repair_day_3_call.language AS language,
      dated_repair_day_3_call.today AS today,
      dated_repair_day_3_call.day AS day,
      dated_repair_day_3_call.anchor_at AS anchor_at,
      dated_repair_day_3_call.sold AS sold,
      dated_repair_day_3_call.due_at AS due_at,
      dated_repair_day_3_call.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_18
          FROM touches
          WHERE touches.process = 'post-delivery-followup'
          AND touches.subject_kind = 'repair-order'
          AND touches.subject_id = dated_repair_day_3_call.subject_id
          AND touches.step = 'repair-day-3-call'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_repair_day_3_call.anchor_at
          AND touches.anchor_at BETWEEN dated_repair_day_3_call.anchor_at - '180 days, 0:00:00'
          AND dated_repair_day_3_call.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN (dated_repair_day_3_call.day > dated_repair_day_3_call.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY ('{vehicle-kept}') AND dated_repair_day_3_call.sold) THEN 'vehicle-sold'
      WHEN (
        (
          '{vehicle-kept}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_19
            FROM repair_orders
            WHERE repair_orders.id = dated_repair_day_3_call.subject_id
            AND (
              'of-inspection' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{vehicle-kept}')
              AND repair_orders.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work'
      WHEN (
        'came-back' = ANY ('{vehicle-kept}')
        AND (
          SELECT :param AS anon_20
          FROM repair_orders
          WHERE repair_orders.id = dated_repair_day_3_call.subject_id
          AND (
            EXISTS (
              SELECT :param AS anon_21
              FROM repair_orders AS repair_orders_1
              WHERE repair_orders.vehicle_id = repair_orders_1.vehicle_id
              AND repair_orders.work_kind = repair_orders_1.work_kind
              AND repair_orders_1.work_kind != 'other'
              AND repair_orders.id != repair_orders_1.id
              AND coalesce(repair_orders.opened_on, repair_orders.closed_on) >= repair_orders_1.closed_on
              AND coalesce(repair_orders.opened_on, repair_orders.closed_on) - repair_orders_1.closed_on <= :param
              AND coalesce(repair_orders.opened_on, repair_orders.closed_on) > coalesce(repair_orders_1.opened_on, repair_orders_1.closed_on)
            )
          )
          LIMIT :param
        ) IS NULL
      ) THEN 'did-not-come-back' END END AS reason
      FROM (
        SELECT anon_22.subject_id AS subject_id,
        anon_22.store_id AS store_id,
        anon_22.customer_id AS customer_id,
        anon_22.time_zone AS time_zone,
        anon_22.language AS language,
        anon_22.today AS today,
        anon_22.day AS day,
        anon_22.anchor_at AS anchor_at,
        anon_22.sold AS sold,
        timezone(anon_22.time_zone, anon_22.day + :param + '09:30:00') AS due_at,
        timezone(anon_22.time_zone, anon_22.day + :param + '09:30:00') + '7 days, 0:00:00' AS valid_until
        FROM anon_22
        WHERE coalesce(anon_22.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_repair_day_3_call
      WHERE dated_repair_day_3_call.due_at IS NOT NULL
      AND dated_repair_day_3_call.due_at < dated_repair_day_3_call.valid_until
      AND dated_repair_day_3_call.due_at <= :param
      AND dated_repair_day_3_call.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_repair_day_3_call
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
    SELECT 'post-delivery-followup' AS process,
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
    SELECT 'post-delivery-followup' AS process,
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
